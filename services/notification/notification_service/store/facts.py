"""Notices as rows: the id that makes telling twice harmless, and facts encrypted at rest."""

import json
from collections.abc import Sequence

from pydantic_core import to_json
from sqlalchemy import LargeBinary, TableValuedAlias, Text, func
from sqlalchemy.dialects.postgresql import UUID

from chassis.arrays import array
from chassis.crypto import Keys
from chassis.ids import derived_id
from notification_service.domain.notices import Facts, Notice

_ID, _TEXT, _BYTES = UUID(as_uuid=False), Text(), LargeBinary()
_COLUMNS = ("id", "participant_id", "employer_id", "case_id", "kind", "about_id", "facts")


def encrypt(keys: Keys, purpose: str, facts: Facts) -> bytes:
    """Return facts as they stand in a column: they name employers, cases and amounts."""
    return keys.encrypt_bytes(purpose, to_json(facts.to_dict()))


def decrypt(keys: Keys, purpose: str, value: bytes) -> Facts:
    """Return the facts that a column holds."""
    return Facts.from_dict(json.loads(keys.decrypt(purpose, value)))


def as_table(keys: Keys, purpose: str, notices: Sequence[Notice]) -> TableValuedAlias:
    """Return a page of notices as a table of one statement (`unnest` of a few arrays).

    Each column is one parameter, however many notices there are.
    """
    ids = [derived_id(purpose, *notice.identity) for notice in notices]
    told = func.unnest(
        array(ids, _ID),
        array([n.participant_id for n in notices], _ID),
        array([n.employer_id for n in notices], _ID),
        array([n.case_id for n in notices], _ID),
        array([n.kind for n in notices], _TEXT),
        array([n.about_id for n in notices], _ID),
        array([encrypt(keys, purpose, n.facts) for n in notices], _BYTES),
    ).table_valued(*_COLUMNS)
    return told.render_derived(name="told")
