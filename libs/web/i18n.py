"""Languages: English is the source, every other one a folder of .po files, a file for each room."""

from collections.abc import Iterable
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

SOURCE = "en"
LANGUAGES = {"en": "English", "es": "Español"}


def catalogues(folders: Iterable[Path]) -> dict[str, NullTranslations]:
    """Return the texts of each language, out of `FOLDER/LANGUAGE/*.po`. Nothing is compiled."""
    found: dict[str, NullTranslations] = {SOURCE: NullTranslations()}
    places = list(folders)
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        merged = Translations()
        for folder in places:
            for file in sorted((folder / language).glob("*.po")):
                merged.merge(_read(file, language))
        found[language] = merged
    return found


def _read(file: Path, language: str) -> Translations:
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def wanted(request: Request, chosen: str) -> str:
    """Return the language of a request: the chosen one, else the browser's first."""
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip()[:2].lower()
        if tag in LANGUAGES:
            return tag
    return SOURCE


def N_(message: str) -> str:  # noqa: N802 — gettext's own name for it
    """Mark a message for translation where it is written but not yet said."""
    return message
