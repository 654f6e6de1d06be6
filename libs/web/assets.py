"""Style sheets, scripts, fonts and pictures: under a path that changes with their content.

USWDS (the U.S. Web Design System) is fetched at set-up into `libs/web/uswds` (tools/uswds.py).
"""

import hashlib
from pathlib import Path

from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

PREFIX = "/static"
OURS = Path(__file__).parent / "static"
USWDS = Path(__file__).parent / "uswds"
FOREVER = b"public, max-age=31536000, immutable"
_HEX = 16


class Assets:
    """Files of a site: ours, USWDS, and the site's own."""

    def __init__(self, *folders: Path) -> None:
        """Take the site's own folders. Raises RuntimeError when USWDS was not fetched."""
        if not (USWDS / "css" / "uswds.min.css").exists():
            raise RuntimeError("libs/web/uswds is empty; `make setup` fetches it")
        self._folders = {"web": OURS, "uswds": USWDS, **{f.parent.name: f for f in folders}}
        digest = hashlib.sha256()
        for folder in self._folders.values():
            for file in sorted(folder.rglob("*")):
                if file.suffix in {".css", ".js"}:
                    digest.update(file.read_bytes())
        self.version = digest.hexdigest()[:_HEX]
        self._served = {name: StaticFiles(directory=f) for name, f in self._folders.items()}

    def path(self, name: str) -> str:
        """Return the path of a file, for example `web/site.css`."""
        return f"{PREFIX}/{self.version}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `/static/VERSION/FOLDER/FILE`; any version, since an old page may still be open."""
        _, _, rest = scope["path"].removeprefix(PREFIX + "/").partition("/")
        folder, _, file = rest.partition("/")
        served = self._served.get(folder)
        if served is None:
            await StaticFiles(directory=OURS)(
                {**scope, "path": "/none", "root_path": ""}, receive, send
            )
            return

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"cache-control", FOREVER)]
            await send(message)

        await served({**scope, "path": "/" + file, "root_path": ""}, receive, kept)
