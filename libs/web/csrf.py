"""A form that another site sends is refused (OWASP ASVS 5.0, 3.5.1 and 3.5.3).

Two ways, since each covers what the other cannot: where the browser says the request comes from
(Sec-Fetch-Site, else Origin), and a token in each form that only our own pages can know.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

FIELD = "_token"
_PURPOSE = b"form"


def comes_from_here(request: Request, origin: str) -> bool:
    """Tell whether the browser says that our own page, or the person, made the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    said = request.headers.get("origin")
    if said is None:
        return True
    try:
        return said == origin or urlsplit(said).netloc == request.headers.get("host", "")
    except ValueError:
        # `http://[`: no browser says that of a page.
        return False


def token(secret: str) -> str:
    """Return what the forms of a visitor carry. `secret` is what the visitor's own cookie holds."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def fits(shown: str, secret: str) -> bool:
    """Tell whether a form's token is the visitor's, in constant time."""
    return bool(secret) and hmac.compare_digest(shown.encode(), token(secret).encode())
