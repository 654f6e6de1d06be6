"""Why an amount is what it is: the sentences of the payments service, each with its source.

The law library has one sentence for each rule and reader (libs/policy, `texts.toml`). The service
says it in the visitor's language and leaves out what he may not know; here it is only shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from childsupport.common.v1.explanation_pb2 import Step

OWN_RULES: Final = frozenset({"constructed"})
UNSURE: Final = frozenset({"unverified"})
_MARK = re.compile(r" \((unverified|platform's own)\)$")
"""What a citation ends with when it is not sure, in English; the page says it in its language."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step as it is shown."""

    text: str
    citation: str
    own_rule: bool
    """True when no law says it: a choice of the platform."""
    unsure: bool
    """True when its source is still to be compared with the law's text."""


def tell(steps: Iterable[Step]) -> list[Told]:
    """Return steps in their order; what says the same twice, once."""
    told = (
        Told(
            step.text,
            _MARK.sub("", step.citation),
            step.confidence in OWN_RULES,
            step.confidence in UNSURE,
        )
        for step in steps
    )
    return list(dict.fromkeys(told))
