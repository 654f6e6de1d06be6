"""A town for the sites' tests: the platform with its demonstration, mails, people, a browser."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from chassis.clock import SystemClock
from chassis.dates import to_date
from launcher.clients import Clients
from launcher.demo_town import OPENS, PEOPLE, open_town
from launcher.embedded import EmbeddedPlatform
from launcher.enrolling import Login, arrival, enrol
from launcher.mail_reading import Mail, mails
from launcher.mailbox import mailbox
from launcher.world import participant_id, read_world

SETTLE_SECONDS = 60
PAYDAYS = 2
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
Size = Literal["desktop", "phone"]
DESKTOP = pytest.param("desktop", True, id="desktop")
PHONE = pytest.param("phone", False, id="phone-without-scripts")
PHONE_LATER = pytest.param("phone", False, id="phone-without-scripts", marks=pytest.mark.soak)
"""Of a flow that takes long: the phone in `make soak` alone, the desktop in the suite."""
PICTURES = Path(os.environ.get("PAGES_DIR", "var/pages"))
AXE_RUN = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Town:
    """The running platform, seen by who tests its sites."""

    platform: EmbeddedPlatform
    clock: SystemClock
    mail_folder: Path
    logins: dict[str, Login] = field(default_factory=dict)

    @property
    def portal_url(self) -> str:
        return self.platform.addresses.portal_url

    @property
    def console_url(self) -> str:
        return self.platform.addresses.console_url

    @contextmanager
    def clients(self) -> Iterator[Clients]:
        """Stubs with the administrator's token; `clients.channels[service]` for further stubs."""
        with closing(Clients(self.platform.addresses, self.platform.administrator)) as opened:
            yield opened

    def run_job(self, service: str, job: str, day: date | None = None) -> Any:
        return self.platform.run_job(service, job, day or self.clock.today())

    def settle(self) -> None:
        self.platform.settle(SETTLE_SECONDS)

    def advance(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def mails(self, to: str = "") -> Sequence[Mail]:
        return mails(self.mail_folder, to)

    def arrival(self, to: str, before: int, fits: Callable[[Mail], bool]) -> Mail:
        """Wait for the first mail after `before` ones that fits."""
        return arrival(self.mail_folder, to, before, fits)

    def letters(self) -> list[Path]:
        """Letters as PDF, in the order in which they were written."""
        folder = self.platform.root / "files"
        return sorted(folder.rglob("letters/**/*.pdf"), key=lambda one: one.stat().st_mtime)

    def enrol(self, key: str) -> Login:
        """Return how a participant of the demonstration's world signs in; enrols him at first."""
        if key not in self.logins:
            world = read_world()
            born = {p.participant_id: to_date(p.birth_date) for p in world.first.participants}
            who = participant_id(key)
            known = {who: (world.names[who], born[who])}
            with self.clients() as clients:
                made = enrol(clients, self.mail_folder, self.clock, known)
            self.logins[key] = made[0]
        return self.logins[key]


@contextmanager
def open_platform(root: Path) -> Iterator[Town]:
    """Start the platform with the demonstration's first day, two paydays and four accounts."""
    clock = SystemClock(start=OPENS)
    folder = root / "mail"
    with (
        mailbox(folder) as smtp_port,
        EmbeddedPlatform(root / "platform", clock=clock, smtp_port=smtp_port) as platform,
    ):
        logins = open_town(platform, clock, folder, lambda _: None, paydays=PAYDAYS)
        keys = {participant_id(key): key for key in PEOPLE}
        yield Town(platform, clock, folder, {keys[one.participant_id]: one for one in logins})


class Browsing:
    """Opens pages as somebody would: on a desktop or a phone, with scripts or without."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self._browser = browser
        self._town = town
        self._opened: list[BrowserContext] = []

    def __call__(
        self,
        size: Size = "desktop",
        *,
        js: bool = True,
        language: str = "en",
        login: Login | None = None,
        site: Literal["portal", "console"] = "portal",
    ) -> Page:
        """Return a page at the site's root; with `login` somebody is signed in already."""
        width, height = SIZES[size]
        url = self._town.portal_url if site == "portal" else self._town.console_url
        context = self._browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            is_mobile=size == "phone",
            has_touch=size == "phone",
            java_script_enabled=js,
            locale={"en": "en-US", "es": "es-US"}[language],
            bypass_csp=False,
        )
        self._opened.append(context)
        host = urlsplit(url).hostname or ""
        context.add_cookies([{"name": "lang", "value": language, "domain": host, "path": "/"}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.problems = []  # type: ignore[attr-defined]
        page.scripts = js  # type: ignore[attr-defined]
        _patient(page)
        page.on("console", lambda said: _hear(page, said.type, said.text))
        page.on("pageerror", lambda error: _hear(page, "error", str(error)))
        if login is not None:
            sign_in(page, login, "mobile" if size == "phone" else "desktop")
        return page

    def close(self) -> None:
        for context in self._opened:
            context.close()


def _patient(page: Any) -> None:
    """Let clicks and titles wait for the page that they lead to, however slow the machine."""
    click, title = page.click, page.title

    def patient_click(*given: Any, **more: Any) -> None:
        click(*given, **more)
        page.wait_for_load_state("load")

    def patient_title() -> str:
        page.wait_for_load_state("load")
        return str(title())

    page.click, page.title = patient_click, patient_title


def _hear(page: Any, kind: str, text: str) -> None:
    # A page that answers 4xx on purpose is told by the browser as a failed load; that is no defect.
    if kind == "error" and "Failed to load resource" not in text:
        page.problems.append(text)


def sign_in(page: Page, login: Login, view: str = "desktop") -> None:
    """Sign in on the page where parents do."""
    page.goto(f"/view/{view}")
    page.fill("#login", login.user_name)
    page.fill("#password", login.password)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/home")


def looks_right(page: Page, name: str) -> None:
    """Hold a page to WCAG 2.2 AA (axe), a silent console, no scrolling sideways; picture it."""
    page.wait_for_load_state("load")
    if os.environ.get("PAGES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    assert page.title(), name
    assert not page.problems, (name, page.problems)  # type: ignore[attr-defined]
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], (name, "scrolls sideways", widths)
    if not page.scripts:  # type: ignore[attr-defined]
        return  # axe is a script itself; the same page is held to it where scripts run
    found = Axe().run(page, options=AXE_RUN).response["violations"]
    told = [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found
    ]
    assert not told, (name, told)
