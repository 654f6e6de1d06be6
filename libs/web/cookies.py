"""Cookies: `__Host-` ones over https (ASVS 5.0, 3.3.1 to 3.3.4); plain ones on this machine."""

from starlette.requests import Request
from starlette.responses import Response

PREFIX = "__Host-"
YEAR_S = 365 * 24 * 3600
KEPT = frozenset({"lang", "view", "device"})
"""Those that outlive the browser's session; none of them lets anybody in."""


class Cookies:
    """What the browser sent, and what this visit changes of it."""

    def __init__(self, request: Request, *, secure: bool) -> None:
        """Read the request's cookies."""
        self._prefix = PREFIX if secure else ""
        self._secure = secure
        self._request = request
        self._changed: dict[str, str] = {}

    def get(self, name: str) -> str:
        """Return a cookie's value as it is now; empty without one."""
        if name in self._changed:
            return self._changed[name]
        return self._request.cookies.get(self._prefix + name, "")

    def ended(self, name: str) -> bool:
        """Tell whether this visit ends a cookie that the browser sent."""
        return self._changed.get(name) == ""

    def set(self, name: str, value: str) -> None:
        """Set a cookie; an empty value ends it, as does one that no header can carry."""
        self._changed[name] = value if value.isascii() and value.isprintable() else ""

    def put_on(self, response: Response) -> None:
        """Write the changes on an answer."""
        for name, value in self._changed.items():
            if value:
                response.set_cookie(
                    self._prefix + name,
                    value,
                    max_age=YEAR_S if name in KEPT else None,
                    path="/",
                    secure=self._secure,
                    httponly=True,
                    samesite="lax",
                )
            else:
                response.delete_cookie(
                    self._prefix + name, path="/", secure=self._secure, httponly=True
                )
