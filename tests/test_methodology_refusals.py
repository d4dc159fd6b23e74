"""What has no meaning is refused in words, by file and key, never by a traceback and never in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from resopen.errors import DefinitionError
from resopen.messages import load_messages
from resopen.ranking.matrix import matrix_of, read_wide
from resopen.ranking.score import compute
from resopen.ranking.uncertainty import analyse
from resopen.schema.methodology_file import load_methodology
from tests.packages import ROOT

METHODS = ROOT / "tests" / "data" / "methods"
HDI, MINISTRY = ((METHODS / f"{name}.toml").read_text("utf-8") for name in ("hdi", "ministry"))
TAI = (ROOT / "schema" / "methodology" / "tai-2001.toml").read_text("utf-8")
GOALPOSTS = 'normalise = { method = "goalposts", worst = 20, best = 85, clip = true }'
Z_SCORE = "{ method = 'z-score', mean = 0, deviation = 1 }"
LOG = "{ method = 'winsorise-or-log', skewness = 2, kurtosis = 3.5, most = 5 }"


def refused(text: str, tmp_path: Path, values: str = "") -> DefinitionError:
    """Return how a methodology is refused at load, or over values when it loads, and that this is said in words."""
    file = tmp_path / "method.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        method = load_methodology(file)
        assert values, "it was loaded"
        (tmp_path / "values.csv").write_text(values, "utf-8")
        scores = compute(method, matrix_of(read_wide(tmp_path / "values.csv"), method))
        if method.alternatives:
            analyse(scores)
    error = caught.value
    for language in ("ru", "en"):
        words = load_messages("ru" if language == "ru" else "en").text(f"errors.{error.key}", error.details)
        assert "{" not in words.replace(str(tmp_path), "")
        assert error.details["file"] in words
        assert error.details["file"].endswith((".toml", ".csv"))
    return error


@pytest.mark.parametrize(
    ("whole", "old", "new", "fault", "key"),
    [
        # Numbers that cannot be.
        (TAI, "runs = 1000", "runs = -5", "unknown-value", "uncertainty.runs"),
        (TAI, "runs = 1000", "runs = 2.5", "wrong-kind", "uncertainty.runs"),
        (TAI, "seed = 2001", "seed = -1", "unknown-value", "uncertainty.seed"),
        (TAI, "most_combinations = 10000", "most_combinations = -1", "unknown-value", "uncertainty.most_combinations"),
        (TAI, "weights = 0\n", "weights = nan\n", "unknown-value", "uncertainty.weights"),
        (TAI, "weights = 0\n", "weights = 1\n", "unknown-value", "uncertainty.weights"),
        (TAI, "interval = [5, 95]", "interval = [5, 50, 95]", "unknown-value", "uncertainty.interval"),
        (TAI, "interval = [5, 95]", "interval = []", "unknown-value", "uncertainty.interval"),
        (TAI, "interval = [5, 95]", "interval = [5, nan]", "unknown-value", "uncertainty.interval"),
        (TAI, 'weight = "1/8"', "weight = nan", "unknown-value", "indicators[0].weight"),
        (TAI, 'weight = "1/8"', "weight = inf", "unknown-value", "indicators[0].weight"),
        (TAI, 'weight = "1/8"', 'weight = "1/0"', "unknown-value", "indicators[0].weight"),
        (HDI, 'weight = "1/2"', 'weight = "3/2"', "weights-do-not-sum", "education.weight"),
        (TAI, "minimum_coverage = 1", "minimum_coverage = 65", "unknown-value", "nodes[0].minimum_coverage"),
        (TAI, "minimum_coverage = 1", "minimum_coverage = -1", "unknown-value", "nodes[0].minimum_coverage"),
        (TAI, "tolerance = 1e-9", "tolerance = -1", "unknown-value", "result.tolerance"),
        (TAI, "tolerance = 1e-9", "tolerance = nan", "unknown-value", "result.tolerance"),
        (HDI, "decimals = 3", "decimals = -3", "unknown-value", "result.decimals"),
        (HDI, "decimals = 3", "decimals = 400", "unknown-value", "result.decimals"),
        (HDI, "decimals = 3", "decimals = 2.5", "wrong-kind", "result.decimals"),
        (HDI, 'floor = "none"', "floor = nan", "unknown-value", "indicators[0].floor"),
        (HDI, 'floor = "none"', "floor = 1" + "0" * 400, "unknown-value", "indicators[0].floor"),
        (HDI, 'floor = "none"\ncap = "none"', "floor = 2\ncap = 1", "not-rising", "life.cap"),
        # Texts that are empty or stand twice.
        (TAI, 'period = "2001"', 'period = ""', "missing-key", "period"),
        (TAI, 'measure = "level"', 'measure = "growth"\nbase_period = ""', "missing-key", "indicators[0].base_period"),
        (TAI, 'measure = "level"', 'measure = "growth"', "missing-key", "indicators[0].base_period"),
        (TAI, 'measure = "level"', 'measure = "change"\nbase_period = "2001"', "unknown-value", "patents.base_period"),
        (TAI, 'measure = "level"', 'measure = "per"', "missing-key", "indicators[0].denominator"),
        (TAI, 'id = "patents"\n', 'id = "patents"\nbase_period = "1999"\n', "unknown-value",
         "indicators[0].base_period"),
        (TAI, 'id = "patents"\n', 'id = "patents"\ndenominator = "gdp"\n', "unknown-value",
         "indicators[0].denominator"),
        (TAI, 'period = "2001"\n\n', "period = 2001\n\n", "wrong-kind", "period"),
        (MINISTRY, '"leaders", "can', '"average level", "can', "repeated-name", "result.classes.names[2]"),
        (MINISTRY, '"лидеры", "кан', '"средний уровень", "кан', "repeated-name", "result.classes.names_ru[2]"),
        (MINISTRY, '"лидеры", ', "", "missing-key", "result.classes.names_ru"),
        (MINISTRY, '"лидеры", ', '"лидеры", "ещё", ', "group-names", "result.classes.names_ru"),
        (MINISTRY, "limits = [80, 60, 40, 20]", "limits = [80, 60, 40]", "group-names", "result.classes.names"),
        (MINISTRY, "limits = [80, 60, 40, 20]", "limits = [20, 40, 60, 80]", "not-falling", "result.classes.limits"),
        (MINISTRY, 'order = "descending"', 'order = "ascending"', "not-rising", "result.classes.limits"),
        (MINISTRY, 'by = "thresholds"', 'by = "quantiles"', "not-rising", "result.classes.limits"),
        (
            MINISTRY, 'by = "thresholds"\nlimits = [80, 60, 40, 20]', 'by = "quantiles"\nlimits = [5, 10, 50, 75]',
            "unknown-value", "result.classes.limits",
        ),
        (MINISTRY, "names = []", 'names = ["a", "a"]', "repeated-name", "groups.names[1]"),
        (HDI, "[groups]", '[[exclusions]]\nunit = "H"\nbecause = "x"\nbecause_ru = "x"\n\n[groups]', "repeated-name",
         "exclusions[1].unit"),
        # Choices with numbers that they cannot have.
        (HDI, GOALPOSTS, 'normalise = { method = "min-max", low = 1, high = 0 }', "unknown-value",
         "indicators[0].normalise.high"),
        (HDI, GOALPOSTS, 'normalise = { method = "points", limits = [], points = [1] }', "not-rising",
         "indicators[0].normalise.limits"),
        (HDI, GOALPOSTS, 'normalise = { method = "points", limits = [1, 2], points = [1, 2] }', "group-names",
         "indicators[0].normalise.points"),
        (TAI, "mean = 0, deviation = 1", "mean = 0, deviation = 0", "unknown-value",
         "uncertainty.normalisations[0].deviation"),
        (TAI, "treatments = []", 'treatments = [{ method = "percentiles", low = 95, high = 5 }]', "unknown-value",
         "uncertainty.treatments[0].high"),
        (TAI, "treatments = []", 'treatments = [{ method = "percentiles", low = -5, high = 95 }]', "unknown-value",
         "uncertainty.treatments[0].low"),
        (TAI, "treatments = []", 'treatments = [{ method = "points", low = -1, high = 1 }]', "unknown-value",
         "uncertainty.treatments[0].low"),
        (TAI, "treatments = []", 'treatments = [{ method = "points", low = 0.5, high = 1 }]', "wrong-kind",
         "uncertainty.treatments[0].low"),
        (TAI, "treatments = []", f"treatments = [{LOG.replace('most = 5', 'most = -5')}]", "unknown-value",
         "uncertainty.treatments[0].most"),
        (TAI, "treatments = []", f"treatments = [{LOG.replace('skewness = 2', 'skewness = -2')}]", "unknown-value",
         "uncertainty.treatments[0].skewness"),
        (TAI, "missing = []", 'missing = ["reweight", "reweight"]', "repeated-name", "uncertainty.missing[1]"),
        # Combinations without a meaning, in the method and among its alternatives.
        (TAI, "treatments = []", f"treatments = [{LOG}]", "treatment-changes-scale", "patents.normalise"),
        (HDI, 'treatment = "none"', f"treatment = {LOG}", "treatment-changes-scale", "life.normalise"),
        (TAI, 'direction = "up"', 'direction = "down"\nnormalise = "share-of-maximum"', "reversed-share",
         "uncertainty.normalisations[3] (patents)"),
        (HDI, GOALPOSTS, f"normalise = {Z_SCORE}", "z-score-in-a-product", "life.normalise"),
        (TAI, 'aggregators = { tai = ["copeland"] }', 'aggregators = { tai = ["geometric"] }', "z-score-in-a-product",
         "uncertainty.normalisations[0] (patents)"),
        (TAI, 'tai = ["copeland"]', 'tai = ["arithmetic"]', "repeated-name", "uncertainty.aggregators.tai"),
        (TAI, 'tai = ["copeland"]', 'tai = ["minimum", "minimum"]', "repeated-name", "uncertainty.aggregators.tai"),
        (TAI, 'tai = ["copeland"]', 'tai = ["generalised"]', "unknown-value", "uncertainty.aggregators.tai"),
        (TAI, 'tai = ["copeland"]', 'tai = ["ratio"]', "ratio-of-two", "uncertainty.aggregators.tai"),
        (TAI, 'aggregate = "arithmetic"', 'aggregate = "ratio"', "ratio-of-two", "tai"),
        (TAI, 'aggregate = "arithmetic"', 'aggregate = "arithmetic"\npower = 2', "unknown-value", "nodes[0].power"),
        (TAI, 'aggregate = "arithmetic"', 'aggregate = "generalised"\npower = 0', "unknown-value", "nodes[0].power"),
        (HDI, 'parent = "education"', 'parent = "hdi"', "weights-do-not-sum", "hdi.weight"),
        (HDI, 'parent = "hdi"\nweight = "1/3"\naggregate', 'parent = "education"\nweight = "1/3"\naggregate',
         "no-such-node", "education.parent"),
    ],
)  # fmt: skip
def test_file_is_refused_by_its_key(whole: str, old: str, new: str, fault: str, key: str, tmp_path: Path) -> None:
    assert old in whole
    if "share-of-maximum" in new:
        # The leaves keep goalposts of their own; what is turned round stands among the alternatives.
        new = new.split("\n")[0]
        whole = whole.replace('"rank"]\ntreat', '"rank", "share-of-maximum"]\ntreat')
    error = refused(whole.replace(old, new, 1), tmp_path)
    assert (error.key, error.details["key"]) == (f"definition.{fault}", key)


WEIGHTS = "unit,people,p,q\na,1,1,2\nb,2,3,1\nc,3,2,5\n"


def two(aggregate: str = "arithmetic", normalise: str = '"none"', rest: str = "", period: str = "2022") -> str:
    """Return a methodology of two indicators, p and q."""
    texts = 'title = "t"\ntitle_ru = "т"\nsource = "s"\nsource_ru = "с"\n'
    leaves = "".join(f'[[indicators]]\nid = "{name}"\nindicator = "{name}"\n{texts}' for name in "pq")
    return f"""
id = "m"
title = "t"
title_ru = "т"
description = "d"
description_ru = "д"
period = "2022"
[groups]
by = ""
limits = []
names = []
includes_limit = false
normalise = "together"
rank = "together"
source = "s"
source_ru = "с"
[[nodes]]
id = "index"
parent = ""
weight = 1
aggregate = "{aggregate}"
minimum_coverage = 0
complement = false
{texts}[leaves]
parent = "index"
weight = "1/2"
period = "{period}"
measure = "level"
direction = "up"
transform = "none"
floor = "none"
cap = "none"
treatment = "none"
normalise = {normalise}
missing = "reweight"
sampling = "none"
varied = true
{rest}
{leaves}[result]
decimals = "none"
order = "descending"
ties = "competition"
tolerance = 0
source = "s"
source_ru = "с"
"""


def test_two_indicators_are_ranked_when_nothing_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(two(period=""), "utf-8")
    (tmp_path / "v.csv").write_text(WEIGHTS, "utf-8")
    method = load_methodology(tmp_path / "m.toml")
    assert compute(method, matrix_of(read_wide(tmp_path / "v.csv"), method)).place.tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("text", "values", "fault", "key"),
    [
        (two("geometric"), WEIGHTS.replace("b,2,3", "b,2,0"), "mean-of-not-positive", "index"),
        (two("geometric"), WEIGHTS.replace("b,2,3", "b,2,-3"), "mean-of-not-positive", "index"),
        (two("harmonic"), WEIGHTS.replace("b,2,3", "b,2,-3"), "mean-of-not-positive", "index"),
        (two("harmonic"), WEIGHTS.replace("b,2,3", "b,2,0"), "mean-of-not-positive", "index"),
        (two("ratio"), WEIGHTS.replace("1,2\n", "1,0\n"), "ratio-by-zero", "index"),
        (two(normalise='{ method = "min-max", low = 0, high = 1 }'), WEIGHTS.replace("a,1,1", "a,1,3").replace(
            "c,3,2", "c,3,3"), "constant-indicator", "p"),
        (two(normalise=Z_SCORE), "unit,p,q\na,4,1\nb,4,2\n", "constant-indicator", "p"),
        (two(normalise='"rank"'), "unit,p,q\na,4,1\nb,4,2\n", "constant-indicator", "p"),
        (two(normalise='"percentile-rank"'), "unit,p,q\na,4,1\nb,,2\n", "constant-indicator", "p"),
        (two(normalise='"distance-to-maximum"'), "unit,p,q\na,4,1\nb,4,2\n", "constant-indicator", "p"),
        (two(normalise='"share-of-maximum"'), "unit,p,q\na,-4,1\nb,-2,2\n", "no-reference", "p"),
        (two(normalise='"share-of-maximum"').replace('"up"', '"down"'), WEIGHTS, "reversed-share", "p.normalise"),
        (two(normalise='{ method = "distance-to-reference", reference = "z" }'), WEIGHTS, "no-reference", "p"),
        (two(normalise='{ method = "distance-to-reference", reference = "a" }'), WEIGHTS.replace("a,1,1", "a,1,-1"),
         "no-reference", "p"),
        (two(normalise='{ method = "distance-to-reference", reference = "a" }').replace('"up"', '"down"'),
         WEIGHTS.replace("b,2,3", "b,2,-3"), "no-transform", "p"),
        (two(normalise='{ method = "goalposts", worst = 1, best = 0, clip = true }'), WEIGHTS,
         "goalposts-against-direction", "p"),
        (two(normalise='{ method = "points", limits = [1], points = [2, 1] }'), WEIGHTS,
         "goalposts-against-direction", "p"),
        (two().replace('transform = "none"', 'transform = "log"'), WEIGHTS.replace("b,2,3", "b,2,0"),
         "no-transform", "p"),
        (two().replace('treatment = "none"', 'treatment = { method = "points", low = 2, high = 1 }'), WEIGHTS,
         "too-few-units", "p"),
        (two().replace('indicator = "q"', 'indicator = "r"'), WEIGHTS, "no-such-column", "q.indicator"),
        (two(period="2021"), WEIGHTS.replace("p,q", "p:2022,q:2022"), "no-such-column", "p.indicator"),
        (two(period=""), WEIGHTS.replace("p,q", "p:2022,q:2022"), "no-such-column", "p.indicator"),
        (two().replace('measure = "level"', 'measure = "growth"\nbase_period = "2019"'), WEIGHTS,
         "no-such-column", "p.indicator"),
        (two().replace('measure = "level"', 'measure = "per"\ndenominator = "area"'), WEIGHTS,
         "no-such-column", "p.denominator"),
        (two().replace('measure = "level"', 'measure = "per"\ndenominator = "people"'), WEIGHTS.replace("b,2", "b,0"),
         "per-zero", "p"),
        (two().replace('by = ""', 'by = "kind"'), WEIGHTS, "no-such-column", "groups.by"),
        (two().replace("[groups]", '[[exclusions]]\nunit = "z"\nbecause = "x"\nbecause_ru = "x"\n[groups]'), WEIGHTS,
         "no-such-unit", "exclusions"),
    ],
)  # fmt: skip
def test_values_for_which_the_method_means_nothing_are_refused(
    text: str, values: str, fault: str, key: str, tmp_path: Path
) -> None:
    error = refused(text, tmp_path, values)
    assert (error.key, error.details["key"]) == (f"definition.{fault}", key)


def test_alternative_that_means_nothing_for_the_values_is_refused(tmp_path: Path) -> None:
    uncertainty = """[uncertainty]
runs = 10
seed = 1
interval = [5, 95]
most_combinations = 100
weights = 0
inclusion = false
normalisations = []
treatments = []
missing = []
aggregators = { index = ["geometric"] }
source = "s"
source_ru = "с"
"""
    error = refused(two(rest="") + uncertainty, tmp_path, WEIGHTS.replace("b,2,3", "b,2,0"))
    assert (error.key, error.details["key"]) == ("definition.mean-of-not-positive", "index")
    assert error.details["file"].endswith("method.toml")


def test_missing_column_without_a_period_is_named_without_one(tmp_path: Path) -> None:
    error = refused(two(period=""), tmp_path, WEIGHTS.replace("p,q", "p:2022,q:2022"))
    assert error.details["name"] == "p"
