"""Ids in requests: a malformed one is bad input that names its field, no database error."""

import re
from collections.abc import Iterator
from typing import TypeVar

from google.protobuf.message import Message

from case_service.actions.recording import refuse
from case_service.domain.model import Violation

_OTHERS = frozenset({"request_id", "office_id", "worker_id"})
"""What callers, offices and workers are called: no ids of ours."""
_NEEDED = frozenset({"change_id", "order_id", "obligation_id"})
"""What a request is about, where it names one."""
_NEW = frozenset({"RecordOrderRequest"})
"""Requests that bring something new: without an id it gets one."""
_OWN = frozenset(
    {
        "GetMyCaseRequest",
        "GetOwnDetailsRequest",
        "ListMyCasesRequest",
        "ListMyReportedChangesRequest",
        "ListMyReviewsRequest",
        "ListMyTasksRequest",
        "ReportChangeRequest",
    }
)
"""Requests of parties: each of their ids is needed."""
EXPECTED = "a UUID in lower case"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

T = TypeVar("T")


def checked(servicer: type[T]) -> type[T]:
    """Give a servicer validators that hold the ids of every request to their form."""
    methods = [name for name in vars(servicer) if name[0].isupper()]
    servicer.validators = dict.fromkeys(methods, _check)  # type: ignore[attr-defined]
    return servicer


def _check(request: Message) -> None:
    refuse(_violations(request, ""))


def _violations(message: Message, path: str) -> Iterator[Violation]:
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            value = getattr(message, field.name)
            if field.is_repeated and not field.message_type.GetOptions().map_entry:
                for n, item in enumerate(value):
                    yield from _violations(item, f"{path}{field.name}[{n}].")
            elif not field.is_repeated and message.HasField(field.name):
                yield from _violations(value, f"{path}{field.name}.")
        elif field.name.endswith("_id") and field.name not in _OTHERS:
            value = getattr(message, field.name)
            about = not path and message.DESCRIPTOR.name not in _NEW
            needed = about and (field.name in _NEEDED or message.DESCRIPTOR.name in _OWN)
            if (value or needed) and not _UUID.fullmatch(value):
                yield Violation(path + field.name, EXPECTED)
        elif field.name.endswith("_ids"):
            for n, one in enumerate(getattr(message, field.name)):
                if not _UUID.fullmatch(one):
                    yield Violation(f"{path}{field.name}[{n}]", EXPECTED)
