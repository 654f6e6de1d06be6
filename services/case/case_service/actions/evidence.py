"""Evidence: documents that are named for what is recorded, a review or a closing."""

from collections.abc import Collection, Sequence

from case_service.domain.desk.access import is_id
from case_service.store import documents
from chassis.errors import FieldViolation, PlatformError, invalid_field
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason


def refuse_foreign(
    work: Work, case_ids: Collection[str], document_id: str, field: str = "document_id"
) -> None:
    """Refuse a paper that is no document of these cases; one that lies elsewhere has no id of ours.

    Raises PlatformError (INVALID_FIELD).
    """
    if not is_id(document_id):
        return
    found = documents.read(work.session, work.keys, [document_id])
    if not found or found[0].case_id not in case_ids:
        raise invalid_field(field, "must be the id of a document of this case")


def checked(
    work: Work, case_id: str, document_ids: Sequence[str], *, participant_id: str = ""
) -> tuple[str, ...]:
    """Return the documents that are named, each once; with `participant_id` only what he may read.

    Raises PlatformError (INVALID_FIELD) that names each that is no document of the case.
    """
    ids = tuple(dict.fromkeys(document_ids))
    found = documents.read(work.session, work.keys, sorted(filter(is_id, ids)))
    known = {
        one.document_id
        for one in found
        if one.case_id == case_id
        and (not participant_id or participant_id in {one.participant_id, *one.shared_with})
    }
    wrong = [
        FieldViolation(f"document_ids[{n}]", "must be the id of a document of this case")
        for n, document_id in enumerate(document_ids)
        if document_id not in known
    ]
    if wrong:
        raise PlatformError(
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            f"{wrong[0].field}: {wrong[0].description}",
            metadata={"field": wrong[0].field},
            violations=wrong,
        )
    return ids
