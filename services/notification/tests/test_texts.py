"""The words: the same in both languages, plain, and amounts written to the cent."""

import re
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from childsupport.withholding.v1.withholding_service_pb2 import SuspenseReason
from notification_service.catalogue import LANGUAGES, TEXTS, catalogue
from notification_service.domain.notices import Facts, Row, Sentence
from notification_service.domain.wording import body, money, places

MAX_GRADE = 8.0
MAX_CENTS = 10**15


def raw(language: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text())


def syllables(word: str) -> int:
    """Count groups of vowels, but not a silent e."""
    groups = re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower()))
    return max(1, len(groups))


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade level of English text."""
    words = re.findall(r"[A-Za-z]+", text)
    sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / sentences + 11.8 * per_word - 15.59


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_with_the_same_places(language: str) -> None:
    english, other = raw("en"), raw(language)

    assert {section: set(keys) for section, keys in other.items()} == {
        section: set(keys) for section, keys in english.items()
    }
    for section, entries in english.items():
        for key, text in entries.items():
            if isinstance(text, str):
                assert places(other[section][key]) == places(text), f"{section}.{key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_year_has_twelve_months(language: str) -> None:
    assert len(set(catalogue(language).months)) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_contract_has_its_sentence(language: str) -> None:
    reasons = {name.removeprefix("SUSPENSE_REASON_") for name, _ in SuspenseReason.items()}

    assert reasons - {"UNSPECIFIED"} == set(catalogue(language).reasons) - {"OTHER"}


def test_the_english_texts_read_at_grade_8() -> None:
    words = raw("en")
    filled = {"amount_cents": "$10.00", "phone": "8002481163"}
    for section in ("sentences", "actions", "reasons", "email", "account_bodies"):
        for key, text in words[section].items():
            if key.endswith("_reference"):
                continue
            shown = text.format_map({p: filled.get(p, "May 5") for p in places(text)})
            # A fragment of three words has no grade: short texts are weighed with a neighbour.
            assert grade(f"{shown} We sent it to you. You can call us.") <= MAX_GRADE, text


def test_the_measure_tells_plain_from_official() -> None:
    assert grade("We sent you a check. You can call us.") < 3
    assert grade("Disbursement authorization notwithstanding, remuneration is encumbered.") > 15


@given(st.integers(min_value=0, max_value=MAX_CENTS))
def test_an_amount_reads_back_to_the_same_cents(cents: int) -> None:
    shown = money(cents)

    assert re.fullmatch(r"\$\d{1,3}(,\d{3})*\.\d{2}", shown)
    assert int(re.sub(r"[$,.]", "", shown)) == cents
    assert money(-cents) == (f"-{shown}" if cents else shown)


@given(
    st.builds(
        Facts,
        sentences=st.lists(
            st.builds(
                Sentence,
                st.text(),
                st.dictionaries(st.text(), st.text() | st.integers()),
            )
        ).map(tuple),
        action=st.text(),
        reference=st.none() | st.builds(Sentence, st.text(), st.just({"cases": "1"})),
        rows=st.lists(st.builds(Row, st.integers(), st.text(), st.integers(), st.text())).map(
            tuple
        ),
        text=st.text(),
        answer_by=st.text(),
    )
)
def test_facts_come_back_as_they_were_kept(facts: Facts) -> None:
    assert Facts.from_dict(facts.to_dict()) == facts


def test_facts_from_before_notices_of_cases_are_read() -> None:
    kept = {
        "sentences": [["held_excess", {}]],
        "action": "nothing",
        "reference": None,
        "rows": [],
    }
    assert Facts.from_dict(kept) == Facts((Sentence("held_excess", {}),), action="nothing")


def test_a_name_with_braces_stays_a_name() -> None:
    said = Facts(
        (
            Sentence(
                "received_from",
                {
                    "amount_cents": 100,
                    "received_on": "2026-03-06",
                    "sender": "{phone} & {0} Inc",
                },
            ),
        )
    )

    assert "{phone} & {0} Inc" in body(catalogue("en"), said, "555")
