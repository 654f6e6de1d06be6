"""What the requests about one child have in common."""

from typing import Protocol

from case_service.actions.establishing.parentage import Opened, View, open_child
from case_service.api.establishing.paternity_messages import paternity_message
from case_service.domain.establishing.facts import Recorded
from chassis.runtime import Work
from childsupport.case.v1 import establishment_service_pb2 as pb


class OfChild(Protocol):
    """A request that changes what is known of a child's parentage."""

    @property
    def case_id(self) -> str:
        """The case."""
        ...

    @property
    def child_id(self) -> str:
        """The child."""
        ...

    @property
    def etag(self) -> str:
        """What its caller has seen."""
        ...


def opened(request: OfChild, work: Work) -> Opened:
    """Return the child of a request, locked for the change that it asks for."""
    return open_child(work, request.case_id, request.child_id, request.etag)


def answer(work: Work, added: tuple[Recorded, View]) -> tuple[str, pb.ChildPaternity]:
    """Return the fact that was added, and what stands now."""
    recorded, view = added
    return recorded.fact_id, paternity_message(work, view, with_facts=True)
