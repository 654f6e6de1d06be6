"""Reading a case, and a page of what hangs on it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from case_service.domain.model import Case
from case_service.store import cases
from chassis.errors import not_found
from chassis.grpc import paging
from chassis.runtime import Work

Item = TypeVar("Item")


class Listed(Protocol):
    """A request that lists something."""

    @property
    def page_size(self) -> int:
        """How many at the most."""
        ...

    @property
    def page_token(self) -> str:
        """Where to go on."""
        ...


def case_of(work: Work, case_id: str) -> Case:
    """Return a case as it is. Raises NOT_FOUND."""
    found = cases.read(work.session, [case_id]) if case_id else []
    if not found:
        raise not_found("case", case_id)
    return found[0].case


def page_of(
    work: Work,
    request: Listed,
    listing: str,
    read: Callable[[str, int], Sequence[Item]],
    key: Callable[[Item], str],
) -> tuple[Sequence[Item], str]:
    """Return a page and the token of the next; `read` takes the key after which, and how many."""
    size = paging.page_size(request)
    after = paging.decode_token(work.keys, request.page_token, listing=listing)
    found = read(after, size + 1)
    last = key(found[size - 1]) if len(found) > size else ""
    return found[:size], paging.encode_token(work.keys, last, listing=listing)
