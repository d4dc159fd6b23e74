"""Invented answers: reports on the recommendations, and a yearly survey of experts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from synthetic.draws import Draws, below, between, chance, day, weighted
from synthetic.facts import PROGRESS, REGION, SURVEY, YEARS, Place, Rows

STATUSES: Mapping[str, int] = MappingProxyType(
    {"not_started": 20, "in_progress": 35, "partly_done": 15, "done": 25, "refused": 5}
)
# Fewer than the threshold answer as `other`, so that suppression has something to hide.
RESPONDENTS: Mapping[str, int] = MappingProxyType({"nonprofit": 50, "official": 25, "council_member": 15, "expert": 10})
OTHERS, THRESHOLD = 3, 5
BARRIERS: Mapping[str, int] = MappingProxyType({
    "no_premises": 30, "no_information": 15, "hard_reporting": 25, "no_contests": 20, "no_staff": 10,
})  # fmt: skip
NEEDS: Mapping[str, int] = MappingProxyType({"money": 40, "premises": 25, "training": 20, "advice": 15})
FORMS: Mapping[str, str] = MappingProxyType(
    {"financial": "денежной", "property": "имущественной", "information": "информационной"}
)


@dataclass(frozen=True)
class Question:
    """A question of every wave: its texts, how it is answered, and what it is about."""

    slug: str
    text_ru: str
    text_en: str
    answers: Mapping[str, int] | None = None
    level: str = ""
    form: str = ""


QUESTIONS = (
    Question("state-practice", "Оцените поддержку НКО областью", "Rate the support by the oblast", None, "state"),
    Question("local-practice", "Оцените поддержку НКО на местах", "Rate the local support", None, "local"),
    Question("trust", "Доверяете ли вы общественным организациям?", "Do you trust public organisations?"),
    Question("needs", "Что нужнее всего НКО?", "What do NGOs need most?", NEEDS),
    *[
        Question(f"barrier-{form}", f"Что мешает получать поддержку ({word})?", f"What hinders support ({form})?",
                 BARRIERS, "local", form)
        for form, word in FORMS.items()
    ],
)  # fmt: skip


def progress(stream: Draws, recommendations: Rows) -> Rows:
    """Return up to two reports on each recommendation; on about one in five there is none."""
    rows: Rows = []
    for item in recommendations:
        if chance(stream, 20):
            continue
        days = {day(stream, date(2023, 5, 1), date(2023, 12, 31))}
        if chance(stream, 50):
            days.add(day(stream, date(2024, 1, 9), date(2024, 1, 31)))
        for reported in sorted(days):
            rows.append({
                "recommendation_id": item["recommendation_id"],
                "reported_on": reported.isoformat(),
                "status": weighted(stream, STATUSES),
                "evidence_url": "https://example.org/synthetic" if chance(stream, 30) else "",
                "note": "Вымышлено.",
                "source_id": PROGRESS,
            })  # fmt: skip
    return rows


def wave(year: int) -> str:
    """Return the id of a year's wave."""
    return f"synthetic-experts-{year}"


def survey_waves(stream: Draws) -> Rows:
    """Return a wave a year."""
    return [
        {
            "survey_wave_id": wave(year),
            "title_ru": f"Вымышленный экспертный опрос {year} года",
            "region_code": REGION,
            "starts_on": f"{year}-10-01",
            "ends_on": f"{year}-10-31",
            "invited_count": str(between(stream, 900, 1100)),
            "anonymity_threshold": str(THRESHOLD),
            "source_id": SURVEY,
        }
        for year in YEARS
    ]


def survey_questions() -> Rows:
    """Return the same questions for every wave."""
    return [
        {
            "survey_wave_id": wave(year),
            "question_id": item.slug,
            "text_ru": f"Вымышленный вопрос. {item.text_ru}",
            "text_en": f"Invented question. {item.text_en}",
            "answer_kind": "single_choice" if item.answers else "scale",
            "level": item.level,
            "support_form": item.form,
            "scale_min": "" if item.answers else "1",
            "scale_max": "" if item.answers else "5",
        }
        for year in YEARS
        for item in QUESTIONS
    ]


def survey_answers(stream: Draws, towns: Sequence[Place]) -> Rows:
    """Return the answers: a few to thirty of each municipality, some without one, and some questions left out."""
    rows: Rows = []
    for year in YEARS:
        tokens: set[str] = set()
        asked = [place for place in towns for _ in range(6 + min(20, int(place.scale)))]
        for i in range(len(asked) + OTHERS):
            kind = "other" if i >= len(asked) else weighted(stream, RESPONDENTS)
            oktmo = "" if i >= len(asked) or chance(stream, 5) else asked[i].oktmo
            leaning = between(stream, 0, 2)
            token = _token(stream, tokens)
            for item in QUESTIONS:
                if chance(stream, 3):
                    continue
                rows.append({
                    "survey_wave_id": wave(year),
                    "respondent_id": token,
                    "question_id": item.slug,
                    "respondent_kind": kind,
                    "oktmo": oktmo,
                    "answer_scale": "" if item.answers else str(1 + leaning + below(stream, 3)),
                    "answer_code": weighted(stream, item.answers) if item.answers else "",
                })  # fmt: skip
    return rows


def _token(stream: Draws, taken: set[str]) -> str:
    """Return a token that no respondent of the wave has."""
    while True:
        token = f"r-{next(stream):08x}"
        if token not in taken:
            taken.add(token)
            return token
