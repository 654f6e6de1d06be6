"""What a document may be called and be."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
TIFF: Final = "image/tiff"

ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PDF: (".pdf",),
        JPEG: (".jpg", ".jpeg"),
        PNG: (".png",),
        TIFF: (".tif", ".tiff"),
    }
)
"""The types that are taken, each with its endings; the first is the one that we write."""

MAX_NAME_CHARS: Final = 100
_BEGINS: Mapping[str, tuple[bytes, ...]] = MappingProxyType(
    {
        PDF: (b"%PDF-",),
        JPEG: (b"\xff\xd8\xff",),
        PNG: (b"\x89PNG\r\n\x1a\n",),
        TIFF: (b"II*\x00", b"MM\x00*"),
    }
)
_UNSAFE = re.compile(r"[^\w .()-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def type_by_content(content: bytes) -> str:
    """Return the type that the first bytes say; empty when it is none that is taken."""
    for content_type, begins in _BEGINS.items():
        if content.startswith(begins):
            return content_type
    return ""


def clean_name(name: str, content_type: str) -> str:
    """Return a file name that is safe on every system, with the ending of its type.

    Folders, control characters, marks that turn the direction of writing, leading dots and names
    that Windows reserves are taken out; what is too long is cut.
    """
    last = name.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    plain = unicodedata.normalize("NFC", last)
    plain = " ".join(_UNSAFE.sub(" ", plain).split()).strip(" .")
    endings = ENDINGS[content_type]
    lower = plain.lower()
    ending = next((e for e in endings if lower.endswith(e)), "")
    stem = plain[: len(plain) - len(ending)].strip(" .") if ending else plain
    if not stem or _RESERVED.fullmatch(stem.split(".")[0].strip()):
        stem = f"document {stem}".strip()
    stem = stem[: MAX_NAME_CHARS - len(endings[0])].rstrip(" .")
    return stem + endings[0]
