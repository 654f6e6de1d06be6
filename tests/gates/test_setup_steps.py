"""Set-up does a step when what it is made from has changed, and only then."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup_module(tmp_path: Path) -> dict:
    module = runpy.run_path(str(ROOT / "tools" / "setup.py"))
    module["step"].__globals__["STAMPS"] = tmp_path / "stamps"
    return module


def test_a_step_is_done_once_for_the_same_input(setup_module: dict) -> None:
    done: list[str] = []
    for made_from in ("a", "a", "b", "b", "a"):
        setup_module["step"]("s", "stamp", made_from, lambda it=made_from: done.append(it))
    assert done == ["a", "b", "a"]


def test_a_step_that_failed_is_done_again(setup_module: dict) -> None:
    step = setup_module["step"]
    step("s", "stamp", "old", lambda: None)

    def fail() -> None:
        raise setup_module["SetupError"]("no")

    with pytest.raises(setup_module["SetupError"]):
        step("s", "stamp", "new", fail)
    done: list[str] = []
    step("s", "stamp", "old", lambda: done.append("again"))
    assert done == ["again"]


def test_the_hash_of_a_tree_tells_names_and_contents_apart(
    setup_module: dict, tmp_path: Path
) -> None:
    digest_tree = setup_module["digest_tree"]
    seen = set()
    for name, text in (("a.proto", "x"), ("a.proto", "y"), ("b.proto", "y"), ("sub/b.proto", "y")):
        folder = tmp_path / str(len(seen))
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
        (folder / "ignored.txt").write_text(name)
        seen.add(digest_tree(folder, "*.proto"))
    assert len(seen) == 4
