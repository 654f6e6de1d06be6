"""Ids in the requests of establishing: each in its form, and those that are needed set."""

import re
from collections.abc import Callable, Iterator, Mapping

from google.protobuf.message import Message

from case_service.actions.recording import refuse
from case_service.domain.model import Violation

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ANY = "request_id"
_OPTIONAL: Mapping[str, str] = {
    "RecordPaternityFindingRequest": "process_id",
    "ListWorksheetsRequest": "order_id",
}
EXPECTED = "a UUID in lower case"


def check(request: Message) -> None:
    """Refuse a request in which an id is malformed, or one that it needs is missing."""
    refuse(_violations(request, "", needed=True))


def _violations(message: Message, path: str, *, needed: bool) -> Iterator[Violation]:
    optional = _OPTIONAL.get(message.DESCRIPTOR.name, "")
    for field in message.DESCRIPTOR.fields:
        name, value = field.name, getattr(message, field.name)
        if name.endswith("_id") and name != _ANY:
            must = needed and name != optional
            if (value or must) and not _UUID.fullmatch(value):
                yield Violation(path + name, EXPECTED)
        elif name.endswith("_ids"):
            for n, one in enumerate(value):
                if not _UUID.fullmatch(one):
                    yield Violation(f"{path}{name}[{n}]", EXPECTED)
        elif isinstance(value, Message) and message.HasField(name):
            yield from _violations(value, f"{path}{name}.", needed=False)


def validators(servicer: object) -> dict[str, Callable[[Message], None]]:
    """Return the check for each method of a servicer."""
    return dict.fromkeys((name for name in dir(servicer) if name[0].isupper()), check)
