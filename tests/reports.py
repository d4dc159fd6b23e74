"""Reports made of findings, without files: for tests of how they are put down."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from resopen.errors import Finding
from resopen.schema import load_package
from resopen.validation import Report
from tests.packages import MESSAGES

HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(1)>\' onclick="x" javascript:x &lt;b&gt; </style> --> '
    "\x1b[31m\x9b2J\x00\x07\r\n\u202e\u2066\u2028\u2029\ufeff\u200b\xad\xa0\ud800 ]]> =1+1"
)
RULES = ("type", "required", "missing-file", "missing-cells", "foreignKeys", "primaryKey-null")
ODD = st.text(st.characters(), max_size=30) | st.sampled_from(
    [HOSTILE, "<script>", '"><img src=x onerror=alert(1)>', "\x1b[31m", "\u202e", "\0", "\x9b", "</style>", "{value}"]
)


def report_of(*findings: Finding, language: str = "en") -> Report:
    """Return a report of findings, whose tables have ten rows each and are described by nothing."""
    names = dict.fromkeys(finding.table for finding in findings) or {"table": None}
    nodes = [{"name": name, "data": [["a"]], "format": "json"} for name in names]
    package = load_package({"name": "package", "resources": nodes}, Path(), "descriptor")
    messages = MESSAGES["ru" if language == "ru" else "en"]
    return Report((package,), messages, findings, tuple((name, 10) for name in names))


@st.composite
def _reports(draw: st.DrawFn) -> Report:
    findings = [
        Finding(
            draw(st.sampled_from(RULES)),
            draw(st.sampled_from(["table", "other <b>", "\x1b[1mtable\u202e"])),
            draw(st.integers(0, 10)), draw(st.integers(0, 10)), draw(st.integers(0, 10)),
            draw(ODD), draw(st.none() | ODD), draw(st.sampled_from(["error", "warning"])),
            (("type", "integer"), ("file", draw(ODD)), ("found", draw(ODD))), draw(st.just("") | ODD),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    return report_of(*findings, language=draw(st.sampled_from(["en", "ru"])))


REPORTS = _reports()
