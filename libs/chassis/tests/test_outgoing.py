"""Files for the outside are there whole or not at all, and nobody else reads them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.outgoing import write_file


def modes(folder: Path) -> dict[str, int]:
    return {p.name: stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.iterdir())}


def test_a_file_is_its_owners_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    before = os.umask(0)
    try:
        write_file(folder, "1.pdf", [b"a", b"b"])
        write_file(folder, "1.pdf", [b"again"])
    finally:
        os.umask(before)
    assert modes(folder) == {"letters": 0o700, "1.pdf": 0o600}
    assert (folder / "1.pdf").read_bytes() == b"again"


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write_file(tmp_path, "1.pdf", [b"whole"])

    def breaking_off() -> Iterator[bytes]:
        yield b"ha"
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        write_file(tmp_path, "1.pdf", breaking_off())
    assert [p.name for p in tmp_path.iterdir()] == ["1.pdf"]
    assert (tmp_path / "1.pdf").read_bytes() == b"whole"


def test_file_and_name_are_on_disk_before_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen from outside: what was synchronised, and whether the file stood in its place by then."""
    seen: list[tuple[bool, bool]] = []
    really = os.fsync

    def watched(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        seen.append((is_folder, (tmp_path / "1.pdf").exists()))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_file(tmp_path, "1.pdf", [b"a"])
    assert seen == [(False, False), (True, True)]
