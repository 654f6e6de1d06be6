"""A document is what it says, whole, and nothing in it runs."""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from desk_world import pdf, picture
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin, TiffImagePlugin
from PIL.ExifTags import IFD, Base
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from case_service import contents
from case_service.contents import UnfitContentError, look_into
from case_service.domain.desk.files import ENDINGS, JPEG, MAX_NAME_CHARS, PDF, PNG, TIFF, clean_name


def written(change: Callable[[PdfWriter], object]) -> bytes:
    """A PDF with something done to it."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def action(name: str) -> Callable[[PdfWriter], object]:
    """An action that stands at the document's root and runs when it is opened."""

    def add(writer: PdfWriter) -> None:
        run = {NameObject("/S"): NameObject(name), NameObject("/F"): TextStringObject("x")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(run)

    return add


def named_script(writer: PdfWriter) -> None:
    """A script that runs by its name, in a part that no page leads to."""
    script = DictionaryObject({NameObject("/JS"): TextStringObject("app.alert(1)")})
    writer.root_object[NameObject("/Names")] = writer._add_object(script)


def located() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(IFD.GPSInfo)[1] = "N"
    exif[Base.Make] = "phone"
    return picture(exif=exif)


def png_bomb() -> bytes:
    """A picture of 40,000 x 40,000 points in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    side = (40_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + bytes((8, 0, 0, 0, 0)))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("run.exe", b"MZ")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (pdf(), PDF),
        (picture("JPEG"), JPEG),
        (picture("PNG"), PNG),
        (picture("TIFF"), TIFF),
    ],
)
def test_the_types_that_are_taken_are_known_by_their_content(
    content: bytes, content_type: str
) -> None:
    found = look_into(content, content_type)
    assert (found.content_type, found.has_coordinates) == (content_type, False)


@pytest.mark.parametrize(
    ("content", "content_type", "why"),
    [
        (b"", PDF, "is empty"),
        (pdf(), "text/html", "must be one of"),
        (b"<html><script>", PDF, "of a type that is not taken"),
        (picture("PNG"), PDF, "is image/png, expected application/pdf"),
        (pdf()[:-30], PDF, "does not end where a PDF ends"),
        (pdf() + b"<script>", PDF, "does not end where a PDF ends"),
        (b"%PDF-1.7\nnothing\n%%EOF\n", PDF, "cannot be opened as a PDF"),
        (written(action("/JavaScript")), PDF, "has JavaScript in it"),
        (written(action("/JavaScript")).replace(b"/JavaScript", b"/J#61vaScript"), PDF, "has Java"),
        (written(named_script), PDF, "has JavaScript in it"),
        (written(action("/Launch")), PDF, "starts a program"),
        (written(action("/SubmitForm")), PDF, "sends data away"),
        (written(lambda w: w.add_attachment("a.exe", b"MZ")), PDF, "has attachments in it"),
        (
            written(lambda w: w.encrypt("secret", algorithm="AES-256")),
            PDF,
            "locked with a password",
        ),
        (picture("JPEG")[:200], JPEG, "cannot be opened as a picture"),
        (picture("JPEG") + zipped(), JPEG, "holds an archive"),
        (picture("PNG") + b"#!/bin/sh", PNG, "does not end where its picture ends"),
        (b"GIF89a" + bytes(40), JPEG, "of a type that is not taken"),
        (png_bomb(), PNG, "points|cannot be opened"),
    ],
)
def test_what_is_not_what_it_says_or_could_run_is_refused(
    content: bytes, content_type: str, why: str
) -> None:
    with pytest.raises(UnfitContentError, match=why):
        look_into(content, content_type)


def test_a_picture_is_not_decoded_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_PIXELS", 1_000)
    with pytest.raises(UnfitContentError, match="more than 1000 points"):
        look_into(picture("PNG", (40, 30)), PNG)


def test_a_photo_that_tells_where_it_was_taken_is_known() -> None:
    assert look_into(located(), JPEG).has_coordinates


GPS = {1: "N", 2: (38.0, 1.0, 2.0), 3: "W", 4: (84.0, 1.0, 2.0)}
XMP = '<rdf:Description exif:GPSLatitude="38,1N"/>'


def scanned_twice() -> bytes:
    """A TIFF of two pages, of which only the first says where it was taken."""
    target, place = io.BytesIO(), TiffImagePlugin.ImageFileDirectory_v2()
    place[IFD.GPSInfo] = GPS
    with TiffImagePlugin.AppendingTiffWriter(target) as pages:
        Image.new("RGB", (40, 30)).save(pages, "TIFF", tiffinfo=place)
        pages.newFrame()
        Image.new("RGB", (20, 20)).save(pages, "TIFF")
        pages.newFrame()
    return target.getvalue()


def with_hidden_notes() -> bytes:
    """A PNG that says it in a compressed note."""
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", XMP, zip=True)
    return picture("PNG", pnginfo=notes)


def photo_in_a_pdf(photo: bytes) -> bytes:
    """A PDF with a photo as the camera made it."""

    def put(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(photo)
        stream[NameObject("/Subtype")] = NameObject("/Image")
        stream[NameObject("/Filter")] = NameObject("/DCTDecode")
        writer._add_object(stream)

    return written(put)


def test_where_it_was_taken_is_found_on_every_page_and_in_every_note() -> None:
    assert look_into(scanned_twice(), TIFF).has_coordinates
    assert look_into(with_hidden_notes(), PNG).has_coordinates
    assert look_into(photo_in_a_pdf(located()), PDF).has_coordinates
    assert not look_into(photo_in_a_pdf(picture()), PDF).has_coordinates


@pytest.mark.filterwarnings("ignore::UserWarning")  # of Pillow, which then reads on
@given(st.binary(max_size=400), st.sampled_from(sorted(ENDINGS)), st.integers(0, 600))
def test_no_bytes_make_the_check_fail_otherwise_than_by_refusing(
    noise: bytes, content_type: str, at: int
) -> None:
    whole = {PDF: PDF_SAMPLE, JPEG: JPEG_SAMPLE, PNG: PNG_SAMPLE, TIFF: TIFF_SAMPLE}[content_type]
    broken = whole[:at] + noise + whole[at + len(noise) :]
    found = None
    with suppress(UnfitContentError):
        found = look_into(broken, content_type)
    assert found is None or found.content_type == content_type


PDF_SAMPLE, JPEG_SAMPLE = pdf(), picture("JPEG")
PNG_SAMPLE, TIFF_SAMPLE = picture("PNG"), picture("TIFF")


@given(st.text(max_size=300), st.sampled_from(sorted(ENDINGS)))
@example("../../etc/passwd", PDF)
@example("C:\\Users\\me\\pay.pdf", PDF)
@example("CON.pdf", PDF)
@example("invoice\u202efdp.exe", PDF)
@example("a" * 500 + ".pdf", PDF)
@example(" . ", PNG)
def test_a_file_name_is_safe_everywhere_and_ends_as_its_type(name: str, content_type: str) -> None:
    clean = clean_name(name, content_type)
    assert clean.endswith(ENDINGS[content_type][0])
    assert 0 < len(clean) <= MAX_NAME_CHARS
    assert not set(clean) & set('/\\:*?"<>|\r\n\t\x00')
    assert not clean.startswith((".", " "))
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} for c in clean)
    assert "  " not in clean
    assert clean.split(".")[0].strip().lower() not in {"con", "prn", "aux", "nul"}
    assert clean_name(clean, content_type) == clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("pay stub (May).PDF", "pay stub (May).pdf"),
        ("C:\\Users\\me\\pay.pdf", "pay.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("virus.exe", "virus.exe.pdf"),
        ("nul.pdf", "document nul.pdf"),
        ("", "document.pdf"),
        ("niño.pdf", "niño.pdf"),
    ],
)
def test_file_names_keep_what_people_know_them_by(name: str, clean: str) -> None:
    assert clean_name(name, PDF) == clean
