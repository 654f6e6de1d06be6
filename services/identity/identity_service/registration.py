"""Clients come into force and change; each change is told."""

from collections.abc import Collection

from chassis.errors import FieldViolation, PlatformError
from chassis.grpc import contract
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service import credentials, messages, signing
from identity_service.domain.clients import Client, problems
from identity_service.store import clients, employers

ADMINISTRATOR = "Platform administrator"
MIN_SECRET_CHARS = 32


def register(
    work: Work, client_id: str, display_name: str, scopes: Collection[str], employer_id: str = ""
) -> tuple[Client, str]:
    """Register a client; return it and its secret, which is told only here.

    Raises PlatformError: INVALID_FIELD naming every field that breaks a rule, FAILED_PRECONDITION
    for an employer that withholding has not told of yet, ALREADY_EXISTS for an id that is taken.
    """
    _check(client_id, display_name, scopes, employer_id)
    if employer_id and not employers.is_known(work.session, employer_id):
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"employer {employer_id} is not known yet: register it with withholding first; if that"
            " was done just now, try again in a moment",
            metadata={"employer_id": employer_id},
        )
    client = Client(
        client_id=client_id,
        display_name=display_name.strip(),
        scopes=tuple(sorted(set(scopes))),
        employer_id=employer_id,
        create_time=work.clock.now(),
        revoke_time=None,
        version=1,
    )
    secret = credentials.new_secret()
    if not clients.register(work.session, client, credentials.proof_of(work.keys, secret)):
        raise PlatformError(
            ErrorReason.ERROR_REASON_ALREADY_EXISTS,
            f"client {client_id} exists already: choose another client_id",
            metadata={"client_id": client_id},
        )
    messages.tell(work, [client])
    return client, secret


def _check(client_id: str, display_name: str, scopes: Collection[str], employer_id: str) -> None:
    known = contract.scopes()
    found = list(problems(client_id, display_name, scopes, employer_id, known))
    if found:
        raise PlatformError(
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            f"{found[0].field}: {found[0].description}",
            metadata={"field": found[0].field},
            violations=[FieldViolation(p.field, p.description) for p in found],
        )


def bootstrap_client(
    work: Work, client_id: str, scopes: Collection[str] = (), *, rotate: bool = False
) -> str | None:
    """Make sure that the first client is there, with these scopes (none: all of the contract).

    Returns the secret when the client is new, or when `rotate` asks for another one (which also
    puts a revoked client back into force); else None, for a secret cannot be read again. Makes the
    first signing key too. For who installs the platform; not reachable over gRPC.
    """
    wanted = tuple(sorted(set(scopes or contract.scopes() - {contract.WORKER_ONLY})))
    signing.signing_key(work)
    client = clients.find(work.session, client_id)
    if client is None:
        return register(work, client_id, ADMINISTRATOR, wanted)[1]
    _check(client_id, client.display_name, wanted, client.employer_id)
    secret = credentials.new_secret() if rotate else None
    changed: Client | None = client
    if wanted != client.scopes:
        changed = clients.set_scopes(work.session, client_id, wanted)
    if secret is not None:
        changed = clients.set_proof(
            work.session, client_id, credentials.proof_of(work.keys, secret)
        )
    if changed is not None and changed != client:
        messages.tell(work, [changed])
    return secret


def set_client(work: Work, client_id: str, scopes: Collection[str], secret: str) -> bool:
    """Make sure that a client of the platform's own is there, with these scopes and this secret.

    For a process that is given its secret, as a web site is. Returns True when something changed.
    Raises ValueError for a secret that somebody made up instead of drawing it.
    """
    if not MIN_SECRET_CHARS <= len(secret) <= credentials.MAX_SECRET_CHARS:
        raise ValueError(
            f"the secret of {client_id}: expected {MIN_SECRET_CHARS} to "
            f"{credentials.MAX_SECRET_CHARS} characters, drawn at random"
        )
    before = clients.find_with_proof(work.session, client_id)
    bootstrap_client(work, client_id, scopes)
    known = clients.find_with_proof(work.session, client_id)
    if known == before and known is not None and credentials.is_right(known[1], secret):
        return False
    proof = credentials.proof_of(work.keys, secret)
    changed = clients.set_proof(work.session, client_id, proof)
    if changed is not None:
        messages.tell(work, [changed])
    return True
