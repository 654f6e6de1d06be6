"""From the data of a form of any kind to its sheets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from case_service.domain.forms import application, genetic_test, income, review_right, subpoena
from case_service.domain.forms.application import Application
from case_service.domain.forms.genetic_test import GeneticTest
from case_service.domain.forms.income import IncomeRequest
from case_service.domain.forms.review_right import ReviewRight
from case_service.domain.forms.sheets import Desk, Edition, Law, Sheet
from case_service.domain.forms.subpoena import Subpoena
from case_service.domain.forms.words import Words

Form = Subpoena | IncomeRequest | Application | ReviewRight | GeneticTest

_READERS: Mapping[str, Callable[[object], Form]] = MappingProxyType(
    {
        subpoena.NAME: subpoena.read,
        income.NAME: income.read,
        application.NAME: application.read,
        review_right.NAME: review_right.read,
        genetic_test.NAME: genetic_test.read,
    }
)
KINDS = tuple(_READERS)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of every language, and the edition of each form."""

    words: Mapping[str, Words]
    editions: Mapping[str, Edition]

    def desk(self, kind: str, language: str, law: Law) -> Desk:
        """Return what a form is made with."""
        return Desk(self.words[language], law, self.editions[kind])


def read(kind: str, raw: object) -> Form:
    """Read the data of a form. Raises FormError, or KeyError for a kind that is none."""
    return _READERS[kind](raw)


def make(form: Form, law: Law, catalogue: Catalogue) -> tuple[Sheet, ...]:
    """Return the sheets of a form, one for each reader, in that reader's language."""
    if isinstance(form, GeneticTest):
        return tuple(
            genetic_test.make_one(
                form.head, person, catalogue.desk(genetic_test.NAME, person.language, law), number
            )
            for number, person in enumerate(form.people, start=1)
        )
    language = form.head.language
    if isinstance(form, Subpoena):
        return subpoena.make(form, catalogue.desk(subpoena.NAME, language, law))
    if isinstance(form, IncomeRequest):
        return income.make(form, catalogue.desk(income.NAME, language, law))
    if isinstance(form, ReviewRight):
        return review_right.make(form, catalogue.desk(review_right.NAME, language, law))
    return application.make(form, catalogue.desk(application.NAME, language, law))
