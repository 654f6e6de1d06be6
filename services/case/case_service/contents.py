"""Looking into a document: it is what it says, whole, and nothing in it runs.

A file that another program would read as something else (a ZIP behind a picture, a page behind a
PDF) is refused, as is whatever costs far more to read than to send.
"""

import io
import logging
import re
import threading
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import IFD
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from case_service.domain.desk import files

MAX_PIXELS: Final = 100_000_000
MAX_FRAMES: Final = 100
MAX_PDF_OBJECTS: Final = 50_000
MAX_PDF_PAGES: Final = 500
MAX_DEPTH: Final = 40
_END_OF_PDF = re.compile(rb"%%EOF\s*\Z")
_PNG_SIGNATURE_BYTES = 8
_PNG_CHUNK_BYTES = 12
_FORMATS = {files.JPEG: "JPEG", files.PNG: "PNG", files.TIFF: "TIFF"}
_ONE_PICTURE = threading.Lock()
"""The largest picture that is taken fills 400 MB when it is decoded, from a file of 400 KB."""
_GPS_IN_XMP = b"exif:GPS"
_XMP_IN_PNG = "XML:com.adobe.xmp"
_RUNS = {
    "/JavaScript": "JavaScript",
    "/JS": "JavaScript",
    "/Launch": "an action that starts a program",
    "/ImportData": "an action that imports data",
    "/SubmitForm": "an action that sends data away",
    "/GoToE": "a link into an attachment",
    "/EmbeddedFiles": "attachments",
    "/EmbeddedFile": "attachments",
    "/RichMedia": "embedded media",
    "/XFA": "a form that runs (XFA)",
}
_ACTION_KEYS = ("/S", "/Type", "/Subtype")
_RUNS_ANYWHERE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")
"""Looked for in the bytes too: a lenient reader finds objects that no table of the file names."""
_PDF_ERRORS = (
    *(PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError),
    *(RecursionError, OSError, AssertionError, NotImplementedError, zlib.error, OverflowError),
)
_IMAGE_ERRORS = (
    *(UnidentifiedImageError, Image.DecompressionBombError),
    *(OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, zlib.error, MemoryError),
)


# What these libraries say of a broken file can quote it; it belongs in no log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
logging.getLogger("PIL").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module="PIL")


class UnfitContentError(Exception):
    """A document that is not taken; its text says why, and what would be right."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was found out about a document's content."""

    content_type: str
    has_coordinates: bool = False
    """A photo that tells where it was taken."""


def look_into(content: bytes, declared_type: str) -> Content:
    """Return what a document is. Raises UnfitContentError."""
    if not content:
        raise UnfitContentError("is empty: choose the file again")
    if declared_type not in files.ENDINGS:
        raise UnfitContentError(f"must be one of {', '.join(files.ENDINGS)}")
    found = files.type_by_content(content)
    if found != declared_type:
        said = f"is {found}" if found else "is of a type that is not taken"
        raise UnfitContentError(f"{said}, expected {declared_type} as the header says")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise UnfitContentError("holds an archive: send the document alone")
    if found == files.PDF:
        return Content(found, has_coordinates=_look_into_pdf(content))
    return Content(found, has_coordinates=_look_into_image(content, found))


def _look_into_image(content: bytes, content_type: str) -> bool:
    if content_type == files.PNG:
        _check_png_ends(content)
    try:
        with (
            _ONE_PICTURE,
            Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as image,
        ):
            return _decode(image) or _GPS_IN_XMP in content
    except _IMAGE_ERRORS as error:
        raise UnfitContentError("cannot be opened as a picture: scan or save it again") from error


def _decode(image: Image.Image) -> bool:
    """Decode every frame; return whether one tells where it was taken."""
    frames = int(getattr(image, "n_frames", 1))
    if frames > MAX_FRAMES:
        raise UnfitContentError(f"has {frames} pages, expected at most {MAX_FRAMES}")
    pixels, found = 0, False
    for number in range(frames):
        image.seek(number)
        pixels += image.width * image.height
        if pixels > MAX_PIXELS:
            raise UnfitContentError(f"has more than {MAX_PIXELS} points: save it in a smaller size")
        image.load()
        found = found or _tells_where(image)
    return found


def _tells_where(image: Image.Image) -> bool:
    xmp = image.info.get("xmp") or str(image.info.get(_XMP_IN_PNG, "")).encode()
    return bool(image.getexif().get_ifd(IFD.GPSInfo)) or _GPS_IN_XMP in xmp


def _check_png_ends(content: bytes) -> None:
    at = _PNG_SIGNATURE_BYTES
    while at + _PNG_CHUNK_BYTES <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        at += _PNG_CHUNK_BYTES + length
        if kind == b"IEND":
            break
    if at != len(content):
        raise UnfitContentError("does not end where its picture ends: save it again")


def _look_into_pdf(content: bytes) -> bool:
    """Check a PDF; return whether a photo in it tells where it was taken."""
    if not _END_OF_PDF.search(content[-1024:]):
        raise UnfitContentError("does not end where a PDF ends: save or print it as a PDF again")
    for name in _RUNS_ANYWHERE:
        if name in content:
            raise UnfitContentError(f"has {_RUNS[name.decode()]} in it: print it as a PDF again")
    found = _GPS_IN_XMP in content
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise UnfitContentError("is locked with a password: save it without one")
        pages = len(reader.pages)
        if not 1 <= pages <= MAX_PDF_PAGES:
            raise UnfitContentError(f"has {pages} pages, expected 1 to {MAX_PDF_PAGES}")
        for one in _objects(reader):
            if what := _that_runs(one):
                raise UnfitContentError(f"has {what} in it: print it as a PDF again")
            found = found or _is_photo_with_place(one)
    except _PDF_ERRORS as error:
        raise UnfitContentError("cannot be opened as a PDF: save it as a PDF again") from error
    return found


def _is_photo_with_place(one: DictionaryObject) -> bool:
    """Scanner apps put a phone's pictures into a PDF as they are."""
    if not isinstance(one, StreamObject) or not one._data.startswith(b"\xff\xd8\xff"):  # noqa: SLF001
        return False
    try:
        with Image.open(io.BytesIO(one._data), formats=["JPEG"]) as image:  # noqa: SLF001
            return _tells_where(image)
    except _IMAGE_ERRORS:
        return False


def _objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Give every dictionary of a PDF, nested ones too; also those that no page leads to."""
    numbers = {(n, generation) for generation, of in reader.xref.items() for n in of}
    numbers |= {(n, 0) for n in reader.xref_objStm}
    if len(numbers) > MAX_PDF_OBJECTS:
        raise UnfitContentError(f"has more than {MAX_PDF_OBJECTS} parts: print it as a PDF again")
    yield from _dictionaries(reader.trailer, 0)
    for number, generation in sorted(numbers):
        if number:
            one = reader.get_object(IndirectObject(number, generation, reader))
            yield from _dictionaries(one, 0)


def _dictionaries(value: Any, depth: int) -> Iterator[DictionaryObject]:
    if depth > MAX_DEPTH:
        raise UnfitContentError("is nested too deep: print it as a PDF again")
    if isinstance(value, DictionaryObject):
        yield value
        for key in value:
            yield from _dictionaries(value.raw_get(key), depth + 1)
    elif isinstance(value, ArrayObject):
        for one in list.__iter__(value):
            yield from _dictionaries(one, depth + 1)


def _that_runs(one: DictionaryObject) -> str:
    for key in one:
        if key in _RUNS:
            return _RUNS[key]
    for key in _ACTION_KEYS:
        value = one.raw_get(key) if key in one else ""
        if isinstance(value, str) and value in _RUNS:
            return _RUNS[value]
    return ""
