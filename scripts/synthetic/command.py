"""The command: writes the example into a folder, and refuses a folder that it did not write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from resopen.errors import ResopenError
from resopen.messages import environment_language, load_messages
from resopen.schema import read_schema_folder
from synthetic.dirt import AMOUNTS
from synthetic.package import build, is_ours

ROOT = Path(__file__).resolve().parents[2]
LEFT_OVER = ("dirt.json",)


class Refused(Exception):
    """The folder must not be written to."""


def run(arguments: Sequence[str]) -> int:
    """Write the example and say where; 2 when the folder is refused or cannot be written."""
    options = _parser().parse_args(arguments)
    folder = options.output
    try:
        refuse(folder)
        files = build(read_schema_folder(ROOT / "schema"), options.seed, options.dirt)
        write(folder, files)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    except ResopenError as error:
        print(load_messages(environment_language()).text(f"errors.{error.key}", error.details), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: not written / не записано: {error.strerror}", file=sys.stderr)
        return 2
    print(f"Synthetic example written / Синтетический пример записан: {folder}")
    return 0


def refuse(folder: Path) -> None:
    """Raise Refused for a folder of the repository's own data, or one that holds anything but such an example."""
    real = folder.resolve()
    for name in ("datapackage", "schema", "src"):
        if real.is_relative_to(ROOT / name):
            raise Refused(
                f"{folder} lies in {name}/, where no invented data may stand. Name another folder.\n"
                f"{folder} лежит в {name}/, где вымышленным данным не место. Назовите другую папку."
            )
    if real.is_dir() and (not any(real.iterdir()) or is_ours(real)):
        return
    if real.exists() or folder.is_symlink():
        raise Refused(
            f"{folder} holds something other than a synthetic example of this program; nothing was written. "
            "Name a new or an empty folder.\n"
            f"В {folder} лежит не синтетический пример этой программы; ничего не записано. "
            "Назовите новую или пустую папку."
        )


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, the descriptor first: what is then broken off is still known as an example.

    Raises Refused when a link in the folder leads out of it.
    """
    real = folder.resolve()
    for name in files:
        if not (folder / name).resolve().is_relative_to(real):
            raise Refused(
                f"{folder / name} leads out of the folder; nothing was written. Remove the link.\n"
                f"{folder / name} ведёт за пределы папки; ничего не записано. Удалите ссылку."
            )
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in LEFT_OVER:
        if name not in files:
            (folder / name).unlink(missing_ok=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make_example.py",
        description="Writes a synthetic Data Package: real municipalities and resolutions, invented figures. "
        "Пишет синтетический пакет данных: муниципальные образования и резолюции настоящие, показатели вымышлены.",
    )
    parser.add_argument("output", nargs="?", type=Path, default=Path("example"), metavar="OUTPUT",
                        help="folder to write to / папка для записи (default: example)")  # fmt: skip
    parser.add_argument("--seed", type=_seed, default=1, metavar="N",
                        help="the same number gives the same bytes / одно число даёт одни и те же байты")  # fmt: skip
    parser.add_argument("--dirt", choices=tuple(AMOUNTS), default="none",
                        help="faults on purpose, see dirt.json / намеренные ошибки, см. dirt.json")  # fmt: skip
    return parser


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r}: expected 0, 1, 2, … / ожидается 0, 1, 2, …")
    return int(text)
