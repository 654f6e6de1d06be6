"""The agency's forms as PDF: the words and editions from `forms/`, the law of the form's day."""

import json
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import policy
from case_service import pdf
from case_service.domain import forms
from case_service.domain.model import Violation

TEMPLATE = pdf.TEMPLATES / "form.typ"
LANGUAGES = ("en", "es")
FILE_BYTES_MAX = 1_000_000
PERCENT = 100


@dataclass(frozen=True, slots=True)
class File:
    """A form, rendered for one reader."""

    name: str
    title: str
    pdf: bytes


def render(kind: str, raw: object, law: policy.Policy, at: datetime) -> tuple[File, ...]:
    """Return a form's files, one for each reader, from its data. Raises FormError."""
    form = forms.read(kind, raw)
    try:
        sheets = forms.make(form, law_of(law, form.head.on), catalogue())
    except policy.RuleNotInForce as error:
        raise forms.FormError(
            [Violation("date", "expected a day that the law is known for")]
        ) from error
    return tuple(
        File(sheet.file_name, sheet.content["title"], pdf.render(TEMPLATE, sheet.content, at))
        for sheet in sheets
    )


def law_of(law: policy.Policy, on: date) -> forms.Law:
    """Return what forms say of the law, as in force on a day."""
    return forms.Law(
        agency=law.code("agency.name", on),
        subpoena_citation=law.rule("subpoena.administrative", on).citation,
        information_citation=law.rule("income_request.answered", on).citation,
        review_cycle_years=law.count("review.cycle", on),
        change_percent=int(law.percent("modification.material_change", on) * PERCENT),
        application_fee_cents=law.cents("fee.application", on),
        annual_fee_cents=law.cents("fee.annual", on),
        annual_fee_threshold_cents=law.cents("fee.threshold", on),
    )


@cache
def catalogue() -> forms.Catalogue:
    """Return the words of all languages and the editions of all forms."""
    return forms.Catalogue(
        words={
            language: forms.Words(language, _toml(pdf.TEMPLATES / "texts" / f"{language}.toml"))
            for language in LANGUAGES
        },
        editions={
            kind: forms.Edition(**said)
            for kind, said in _toml(pdf.TEMPLATES / "editions.toml").items()
        },
    )


def read_form_file(path: Path) -> object:
    """Read the data of a form from a JSON file. Raises FormError naming what is wrong with it."""
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or 'an error'}") from error
    if len(content) > FILE_BYTES_MAX:
        raise _refused(path, f"expected at most {FILE_BYTES_MAX} bytes")
    try:
        raw: object = json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(path, f"expected JSON in UTF-8: {error}") from error
    return raw


def _refused(path: Path, expected: str) -> forms.FormError:
    return forms.FormError([Violation(str(path), expected)])


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
