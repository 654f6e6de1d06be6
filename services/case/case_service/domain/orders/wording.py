"""The words in which histories and alerts speak of grounds and kinds of support."""

from collections.abc import Mapping
from types import MappingProxyType

GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "majority": "the child came of age",
        "school": "the child is in high school",
        "marriage_of_child": "the child married",
        "death_of_child": "the child died",
        "death_of_obligor": "the parent who owes died",
        "death_of_obligee": "the one who is owed died",
        "remarriage_of_obligee": "the one who is owed married again",
        "adoption": "the child was adopted",
        "termination_of_parental_rights": "parental rights were terminated",
        "genetic_exclusion": "a genetic test excludes the father",
        "reconciliation": "the parents live together again",
        "left_home": "the child left the one who has custody",
        "order": "a court ordered it",
        "disability_order": "a court ordered support beyond majority for a disability",
        "incarceration": "the parent who owes is incarcerated",
        "one_of_several": "one of several children came out of the order's support",
        "recorded_in_error": "what had ended it was recorded in error",
        "term": "the order itself names its last day",
    }
)
SUPPORT: Mapping[str, str] = MappingProxyType(
    {
        "child": "Child",
        "medical": "Medical",
        "spousal": "Spousal",
        "child_care": "Child care",
    }
)


def ended_by(ground: str) -> str:
    """Return why support ended: what keeps it going has come to its end."""
    return "high school is over for the child" if ground == "school" else GROUNDS[ground]
