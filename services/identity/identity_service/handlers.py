"""Events in: which employers there are."""

from chassis.runtime import Work
from chassis.service import Handler
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from identity_service.store import employers


def on_employers_changed(message: EmployersChanged, work: Work) -> None:
    """Know the employers, so that a client can be registered for one."""
    newest: dict[str, int] = {}
    for employer in message.employers:
        known = newest.get(employer.employer_id, employer.version)
        newest[employer.employer_id] = max(known, employer.version)
    employers.take_over(work.session, newest)


HANDLERS = (Handler(EmployersChanged, on_employers_changed),)
