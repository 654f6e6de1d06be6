"""The contract's gates: style with comments, and no change that would break a caller."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUF = str(Path(sysconfig.get_path("scripts")) / "buf")


def descriptor(protos: Path, target: Path) -> Path:
    make = [sys.executable, ROOT / "tools" / "protos.py", "--protos", protos]
    subprocess.run([*make, "--descriptor", target], check=True, capture_output=True)
    return target


def buf(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [BUF, *arguments, "--config", "buf.yaml"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def breaking(today: Path, released: Path) -> subprocess.CompletedProcess[str]:
    return buf("breaking", today, "--against", released, "--against-config", "buf.yaml")


@pytest.fixture
def protos(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "protos", tmp_path / "protos"))


def edit(protos: Path, pattern: str, replacement: str) -> None:
    """Change the first place in any of our protos that fits the pattern."""
    for path in sorted(protos.rglob("*.proto")):
        text, changed = re.subn(pattern, replacement, path.read_text(), count=1, flags=re.MULTILINE)
        if changed:
            path.write_text(text)
            return
    pytest.fail(f"nothing in the protos fits {pattern!r}")


def test_our_contract_has_style_and_comments(protos: Path, tmp_path: Path) -> None:
    said = buf("lint", descriptor(protos, tmp_path / "today.binpb"))
    assert said.returncode == 0, said.stdout


def test_a_missing_comment_is_seen(protos: Path, tmp_path: Path) -> None:
    edit(protos, r"^( *//.*\n)+(?= *rpc )", "")
    said = buf("lint", descriptor(protos, tmp_path / "today.binpb"))
    assert said.returncode != 0
    assert "should have a non-empty comment" in said.stdout


def test_a_changed_type_is_seen(protos: Path, tmp_path: Path) -> None:
    released = descriptor(protos, tmp_path / "released.binpb")
    edit(protos, r"^  int64 (\w+_cents)", r"  int32 \1")
    said = breaking(descriptor(protos, tmp_path / "today.binpb"), released)
    assert said.returncode != 0
    assert "changed type" in said.stdout


def test_a_new_field_breaks_nothing(protos: Path, tmp_path: Path) -> None:
    released = descriptor(protos, tmp_path / "released.binpb")
    edit(protos, r"^(message \w+ \{\n)", r"\1  // New.\n  string added_later = 1000;\n")
    said = breaking(descriptor(protos, tmp_path / "today.binpb"), released)
    assert said.returncode == 0, said.stdout
