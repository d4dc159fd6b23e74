"""What a notebook calls for computed values: indicators and rankings as frames that keep their contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from resopen.api import in_words
from resopen.computed_tables import computed_table, indicator_rows, rankings_rows, score_rows
from resopen.computing import compute_indicators, must_be_known, package_wide, valid_package
from resopen.frames import pandas_frame, pandera_schema
from resopen.messages import Language, environment_language, load_messages
from resopen.ranking.analysis import analysed
from resopen.ranking.matrix import matrix_of, read_wide
from resopen.schema import find_schema_folder, read_schema_folder
from resopen.schema.indicators import Indicator, load_indicators
from resopen.schema.methodology_file import load_methodology

if TYPE_CHECKING:
    import pandas
    import pyarrow


def indicator_values(
    names: Sequence[str] = (), place: str | Path | None = None, *, language: Language | None = None,
    today: date | None = None,
) -> pandas.DataFrame:  # fmt: skip
    """Return the values of indicators of a valid package as a frame, held to its contract.

    Missing values are null, never zero; the column status says why. Args: the indicators (all by
    default), which are those of the nearest schema folder; the package, the language and the day as
    in `validate`. The columns are those of the computed table indicator_values, in the order of its key.
    Raises DataInvalid, with all issues, when the package has errors; SetupError when there is no
    such indicator or no schema folder, or pandas or pandera is not installed; DefinitionError when
    a definition is wrong.
    """
    messages, day = load_messages(language or environment_language()), today or date.today()
    with in_words(messages), TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        known = _indicators()
        for name in names:
            must_be_known(name, known)
        package = valid_package(place, Path(scratch), messages, day)
        chosen = [item for item in known if not names or item.id in names]
        found = compute_indicators(package, known, [item.id for item in chosen], day)
        return _held(indicator_rows(found, chosen), "indicator_values", found.is_synthetic)


@dataclass(frozen=True)
class RankingFrames:
    """A ranking as frames: the places of the units, and their scores at every node and indicator."""

    places: pandas.DataFrame
    scores: pandas.DataFrame


def rank(
    methodology: str | Path, values: str | Path | None = None, *, place: str | Path | None = None,
    nominal: bool = False, language: Language | None = None, today: date | None = None,
) -> RankingFrames:  # fmt: skip
    """Return the ranking of a methodology file as frames, each held to its contract.

    Args: the methodology; a wide CSV of values, or the package whose indicators are the values, by
    default the curated one of where we stand; `nominal` leaves out the alternatives. The columns are
    those of the computed tables rankings and ranking_scores, in the order of their keys.
    Raises DefinitionError, with the file and the key, when the methodology or a value is wrong;
    DataInvalid when the package has errors; SetupError when a file cannot be read, or pandas or
    pandera is not installed.
    """
    messages, day = load_messages(language or environment_language()), today or date.today()
    with in_words(messages):
        method = load_methodology(Path(methodology))
        wide = read_wide(Path(values)) if values else package_wide(method, place, _indicators(), messages, day)
        ranking = analysed(method, matrix_of(wide, method), nominal)
        mark = wide.is_synthetic
        return RankingFrames(
            _held(rankings_rows([ranking]), "rankings", mark), _held(score_rows([ranking]), "ranking_scores", mark)
        )


def _indicators() -> tuple[Indicator, ...]:
    return load_indicators(read_schema_folder(find_schema_folder(Path.cwd())))


def _held(rows: pyarrow.Table, name: str, is_synthetic: bool) -> pandas.DataFrame:
    """Return rows as a frame that keeps the contract of its computed table, and says whether they are invented."""
    frame: pandas.DataFrame = pandera_schema(computed_table(name)).validate(pandas_frame(rows))
    frame.attrs["synthetic"] = is_synthetic
    return frame
