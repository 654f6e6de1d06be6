"""What keeps a command from its work, in a sentence for the one who gave it."""

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from chassis.db import database_away
from chassis.delivery import describe
from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from launcher.provision.runtime import NotStartedError


def sentence(error: Exception, service: str) -> str | None:
    """Say what is wrong; None: it is a defect, and its traceback says more."""
    match error:
        case KeyError():
            return str(error.args[0])
        case SQLAlchemyError() | psycopg.Error():
            wrong = "cannot be reached" if database_away(error) else "refused"
            return f"database of {service} {wrong}: {describe(error)}"
        case PlatformError() if error.reason == ErrorReason.ERROR_REASON_UNAVAILABLE:
            return f"nobody answers; is the platform running? ({error})"
        case PlatformError() if error.reason == ErrorReason.ERROR_REASON_NOT_FOUND:
            return ": ".join([str(error), *error.metadata.values()])
        case ValueError() | OSError() | PlatformError() | NotStartedError():
            return str(error)
        case _:
            return None
