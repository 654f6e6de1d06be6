"""Every text that a parent reads is there in every language."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import portal_service
import web

PORTAL = Path(portal_service.__file__).parent
WEB = Path(web.__file__).parent
METHODS = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}


def written(folder: Path) -> set[str]:
    """Every text of a package, as its source has it."""
    found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS)
    return {m if isinstance(m, str) else m[0] for _, _, m, _, _ in found} - {""}


def translated(*folders: Path) -> dict[str, str]:
    known = {}
    for folder in folders:
        for file in sorted((folder / "locale" / "es").glob("*.po")):
            for message in read_po(BytesIO(file.read_bytes()), locale="es"):
                if message.id and not message.fuzzy:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    said = message.string if isinstance(message.string, str) else message.string[0]
                    known[key] = said
    return known


@pytest.mark.parametrize("folder", [WEB, PORTAL], ids=["web", "portal"])
def test_every_text_has_its_spanish(folder):
    known = translated(WEB, PORTAL)
    texts = written(folder)
    assert texts, "nothing was found: the extraction is broken"
    assert not sorted(text for text in texts if not known.get(text))


def test_no_spanish_is_left_over_and_placeholders_are_the_same():
    known = translated(WEB, PORTAL)
    assert not sorted(set(known) - written(WEB) - written(PORTAL))
    wrong = [text for text, said in known.items() if placeholders(text) != placeholders(said)]
    assert not wrong


def placeholders(text: str) -> list[str]:
    return sorted(part.split(")")[0] for part in text.split("%(")[1:])
