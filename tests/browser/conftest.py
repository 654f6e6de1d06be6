"""The town and the browser, once for all of the sites' tests."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

import kit
from chromium import provide_chromium

TOWN_SECONDS = 400
"""The first test opens the town, which takes as long as all the others on a machine at work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TOWN_SECONDS))


@pytest.fixture(scope="session")
def town() -> Iterator[kit.Town]:
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="childsupport-sites-") as folder,
        kit.open_platform(Path(folder)) as opened,
    ):
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = provide_chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def browse(chromium: Browser, town: kit.Town) -> Iterator[kit.Browsing]:
    browsing = kit.Browsing(chromium, town)
    yield browsing
    browsing.close()


@pytest.fixture(scope="session")
def looks_right():
    return kit.looks_right
