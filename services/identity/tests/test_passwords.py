"""Which passwords are refused, and why (NIST SP 800-63B-4 section 3.1.1.2; ASVS 5.0 6.2)."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from identity_service import breached
from identity_service.domain.accounts import password_problems
from identity_service.domain.common_passwords import context_words, is_common
from identity_service.settings import IdentitySettings

FINE = "purple lantern over cold river"
COMMON = (
    "iloveyou forever and ever",
    "I love my kids 2024!",
    "ilovemychildren2024",
    "jesusismysavior1",
    "thisismypassword",
    "my money my money my money",
    "P@ssw0rd P@ssw0rd",
    "Kentucky Wildcats 2023",
    "letmeinletmein!!!",
    "correct horse battery staple",
    "MayTheForceBeWithYou4",
    "qwertyuiop asdfghjkl",
    "Summer2024Winter2025",
    "mi amor por siempre",
    "Dios es mi esperanza",
    "te quiero mucho mi vida",
    "111122223333444455",
    "abcabcabcabcabcabc",
)
GOOD = (
    FINE,
    "seven quiet harbors at noon",
    "marble kettle under nine stars",
    "tejado cangrejo violín neblina",
    "9471 lantern 2285 cobalt",
    "xK7#mQ2$vL9!pR4z",
    "love 48151 dogs 62342 pizza",
)


def refused(password: str, *about: str) -> list[str]:
    return [problem.description for problem in password_problems("password", password, about, 15)]


@pytest.mark.parametrize("password", COMMON)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    """6.2.4, with passwords as long as ours must be."""
    assert refused(password), password


@pytest.mark.parametrize("password", GOOD)
def test_words_that_do_not_belong_together_are_taken(password: str) -> None:
    assert not is_common(password)
    assert not refused(password, "Jane", "Doe", "jane@example.org")


def test_words_of_this_service_and_of_its_owner_count_as_nothing() -> None:
    """6.2.11, 6.1.2: the list is written down, and is used."""
    assert {"childsupport", "kentucky", "wisconsin"} <= set(context_words())
    assert refused("childsupport kentucky 77")
    assert refused("manutención hijos 12")
    assert refused("jane.doe.jane.doe.77", "Jane", "Doe")


def listed(*passwords: str, count: str = ":12") -> str:
    hashes = (
        hashlib.sha1(p.encode(), usedforsecurity=False).hexdigest().upper() for p in passwords
    )
    return "".join(f"{one}{count}\r\n" for one in sorted(hashes))


@pytest.mark.parametrize("count", ["", ":1", ":987654"])
def test_every_password_of_a_list_is_found_and_no_other(tmp_path: Path, count: str) -> None:
    file = tmp_path / "breached.txt"
    known = [f"password number {n}" for n in range(301)]
    file.write_text(listed(*known, count=count).rstrip("\r\n"))
    breached.check(file)
    assert all(breached.is_breached(file, one) for one in known)
    assert not any(breached.is_breached(file, f"another {n}") for n in range(301))


def test_a_stolen_password_is_refused_with_its_reason(portal_with: Any, tmp_path: Path) -> None:
    """6.2.12, at registering, changing and resetting alike."""
    file = tmp_path / "breached.txt"
    file.write_text(listed(FINE, "seven quiet harbors at noon"))
    portal = portal_with(breached_passwords_file=file)
    error = portal.identity.refused(lambda: portal.ask_account(password=FINE))
    assert error.metadata["field"] == "password"
    assert "stolen" in str(error)
    own = "crooked violet mirrors in march rain"
    portal.ask_account(password=own)
    portal.answer()
    (mailed,) = portal.post()
    portal.call("VerifyEmail", token=mailed.link, password=own)
    token = portal.log_in(password=own).session_token
    changed = portal.refused(
        "ChangePassword",
        session_token=token,
        password=own,
        new_password="seven quiet harbors at noon",
    )
    assert changed.metadata["field"] == "new_password"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be read"),
        ("password\n", "40 upper-case"),
        (listed("a").lower(), "40 upper-case"),
        ("F" * 40 + "\n" + "0" * 40 + "\n", "not sorted"),
    ],
)
def test_a_file_that_cannot_be_searched_is_refused_at_the_start(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "breached.txt"
    file.write_text(content)
    with pytest.raises(ValidationError, match=said):
        IdentitySettings(
            database_url="postgresql://x",
            keys_file="x",
            service="identity",
            breached_passwords_file=file,
        )
