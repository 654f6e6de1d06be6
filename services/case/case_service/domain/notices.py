"""What a party is told: a fact with its kind. The service notification puts it into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that one party is told.

    `kind` is one that notification has words for; `facts` are what they name (dates as ISO, money
    as cents in decimal), nothing personal and nothing of the other side. `text` is somebody's own
    words for this reader, and travels sealed. `letter` when the law or the matter asks for one.
    """

    kind: str
    about_id: str
    answer_by: date | None = None
    letter: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
