"""What a version of an order says, as JSON and back. A key that a newer release adds has a default.

Old versions are read for as long as the case is kept, so names in here never change.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from case_service.domain.model import InterestJudgment, Obligation, OpeningArrears, Term
from case_service.domain.orders.model import Judgment, OrderText, Version

Raw = Mapping[str, Any]


class VersionColumns(TypedDict):
    """What of a version stands in columns of its own."""

    order_id: str
    case_id: str
    number: int
    cause: str
    recorded_at: datetime
    recorded_by: str
    effective_from: date | None


def content_of(version: Version) -> dict[str, object]:
    """Return the content of a version in values of JSON."""
    return {
        "text": _plain(asdict(version.text)),
        "obligations": [_plain(asdict(one)) for one in version.obligations],
        "document_id": version.document_id,
        "explanation": version.explanation,
        "ground": version.ground,
        "about_id": version.about_id,
    }


def version_of(content: Raw, **columns: Unpack[VersionColumns]) -> Version:
    """Return the version with this content."""
    text = dict(content["text"])
    judgment = text.pop("judgment", None)
    for name in ("entered_on", "filed_on", "notice_on"):
        text[name] = _day(text.get(name))
    text["children"] = tuple(text.get("children", ()))
    return Version(
        **columns,
        text=OrderText(**text, judgment=_judgment(judgment) if judgment else None),
        obligations=tuple(_obligation(one) for one in content["obligations"]),
        document_id=content.get("document_id", ""),
        explanation=content.get("explanation", ""),
        ground=content.get("ground", ""),
        about_id=content.get("about_id", ""),
    )


def _judgment(raw: Raw) -> Judgment:
    return Judgment(**{**raw, "as_of": date.fromisoformat(raw["as_of"])})


def _obligation(raw: Raw) -> Obligation:
    dated = {name: _day(raw.get(name)) for name in ("effective_from", "effective_to")}
    arrears = tuple(
        OpeningArrears(**{**a, "as_of": _day(a["as_of"])}) for a in raw.get("opening_arrears", ())
    )
    return Obligation(
        **{
            **raw,
            **dated,
            "opening_arrears": arrears,
            "terms": tuple(_term(t) for t in raw.get("terms", ())),
            "judgments": tuple(
                InterestJudgment(j["amount_cents"], date.fromisoformat(j["entered_on"]))
                for j in raw.get("judgments", ())
            ),
        }
    )


def _term(raw: Raw) -> Term:
    return Term(
        **{
            **raw,
            "effective_from": date.fromisoformat(raw["effective_from"]),
            "effective_to": _day(raw.get("effective_to")),
        }
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
