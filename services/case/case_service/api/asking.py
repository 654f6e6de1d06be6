"""What many requests ask with: a case, by id or by number."""

import re
from typing import Final

from case_service.store import cases
from chassis.errors import invalid_field, not_found
from chassis.runtime import Work

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def asked_case(work: Work, case_id: str, case_number: str) -> str:
    """Return the id of the case that a request names; empty when it names none.

    Raises PlatformError: INVALID_FIELD, or NOT_FOUND when there is no such case.
    """
    if case_id and case_number:
        raise invalid_field("case_number", "must be empty when case_id is set")
    if case_number:
        found = cases.id_by_number(work.session, case_number)
        if found is None:
            raise not_found("case", case_number)
        return found
    if case_id and not _UUID.fullmatch(case_id):
        raise invalid_field("case_id", "must be a UUID in lower case")
    if case_id and not cases.is_known(work.session, case_id):
        raise not_found("case", case_id)
    return case_id
