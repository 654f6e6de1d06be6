"""Work by the calendar, and what the service can say again."""

from collections.abc import Mapping
from datetime import date

from chassis.events import MAX_PAGE_ITEMS
from chassis.runtime import Work
from chassis.service import Job
from identity_service import messages, signing
from identity_service.store import clients


def rotate_signing_keys(work: Work, on: date) -> Mapping[str, int | str]:
    """Make the next signing key when the present one has served its days."""
    made = signing.rotate(work, on)
    return {"rotated": 0} if made is None else {"rotated": 1, "key_id": made.key_id}


def republish_clients(work: Work, since: date | None) -> int:
    """Tell every client again, same versions; return how many."""
    told, after = 0, ""
    while page := clients.page(work.session, after, MAX_PAGE_ITEMS, since):
        messages.tell(work, page)
        told, after = told + len(page), page[-1].client_id
    return told


JOBS = (Job("rotate_signing_keys", rotate_signing_keys),)
REPUBLISH = {"clients": republish_clients}
