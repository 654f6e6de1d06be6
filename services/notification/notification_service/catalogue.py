"""Reads the words: a catalogue for each language, a letterhead for each jurisdiction."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from notification_service.domain.letters import Agency
from notification_service.domain.wording import Catalogue

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "es")
ENGLISH, SPANISH = LANGUAGES


def language_of(code: str) -> str:
    """Return the language to use for somebody's language code: English where we have no other."""
    return code if code in LANGUAGES else ENGLISH


def other_language(code: str) -> str:
    """Return the language in which a letter is offered beside its own."""
    return ENGLISH if language_of(code) == SPANISH else SPANISH


@cache
def catalogue(language: str) -> Catalogue:
    """Return the words of a language. Raises KeyError or FileNotFoundError when it is not there."""
    raw = _read(f"{language}.toml")
    return Catalogue(
        language=language,
        subjects=raw["subjects"],
        headings=raw["headings"],
        sentences=raw["sentences"],
        actions=raw["actions"],
        reasons=raw["reasons"],
        words=raw["words"],
        labels=raw["labels"],
        email=raw["email"],
        account_subjects=raw["account_subjects"],
        account_bodies=raw["account_bodies"],
        months=tuple(raw["months"]["names"]),
    )


@cache
def agency(jurisdiction: str) -> Agency:
    """Return who writes for a jurisdiction. Raises KeyError naming it when it has no letterhead."""
    return Agency(**_read("agencies.toml")[jurisdiction])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((TEXTS / name).read_text(encoding="utf-8"))
