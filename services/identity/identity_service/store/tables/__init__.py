"""The tables of the identity service, by what they are about."""

from identity_service.store.tables import accounts, core, enrolment, passkeys, workers

metadata = core.metadata

__all__ = ["accounts", "core", "enrolment", "metadata", "passkeys", "workers"]
