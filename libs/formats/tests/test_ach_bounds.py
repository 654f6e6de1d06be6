"""Whatever comes in: an answer at once, in bounded memory, and never another exception."""

import itertools
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.ach import AchFileRejected, read_entries
from formats.ach.writer import write_records

DATA = Path(__file__).parent / "data"
MEGABYTE = 1_000_000


class Supply:
    """Endless bytes that count what is taken."""

    def __init__(self, head: bytes, chunk: bytes) -> None:
        self._parts = itertools.chain([head], itertools.repeat(chunk))
        self.bytes_taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self.bytes_taken += len(part)
            if self.bytes_taken > 10 * MEGABYTE:
                pytest.fail("read on and on")
            yield part


GARBAGE = {
    "letters without newline": b"garbage " * 8_192,
    "zero bytes": bytes(65_536),
    "random bytes": random.Random(1).randbytes(65_536),
    "newlines": b"\n" * 65_536,
    "short lines": b"x\n" * 32_768,
    "nines": b"9" * 65_800,
    "lines of nines": (b"9" * 94 + b"\n") * 690,
    "records of type 7": (b"7" * 94 + b"\n") * 690,
    "file headers": (b"1" * 94 + b"\n") * 690,
}


FORMED = (
    "records of type 7",
    "file headers",
)  # behind a malformed record looked through to the end


@pytest.mark.parametrize(
    ("kind", "malformed"),
    [(kind, "") for kind in GARBAGE] + [(kind, "X\n") for kind in GARBAGE if kind not in FORMED],
)
@pytest.mark.parametrize("good_records", [0, 1, 2, 3, 8, 10])
def test_endless_garbage_is_refused_at_once(ach, kind, good_records, malformed):
    head = ("".join(record + "\n" for record in ach.records()[:good_records]) + malformed).encode()
    supply = Supply(head, GARBAGE[kind])
    tracemalloc.start()
    try:
        with pytest.raises(AchFileRejected) as caught:
            list(read_entries(supply))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert supply.bytes_taken < 2 * MEGABYTE
    assert peak_bytes < 4 * MEGABYTE
    assert all(len(problem.read) <= 200 for problem in caught.value.problems)
    assert all(str(problem).isprintable() for problem in caught.value.problems)


def test_one_chunk_of_a_hundred_megabytes_is_not_copied():
    data = bytes(100 * MEGABYTE)
    tracemalloc.start()
    try:
        with pytest.raises(AchFileRejected):
            list(read_entries([data]))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < MEGABYTE


def test_a_long_good_file_is_read_in_bounded_memory(ach):
    batch = ach.batch(sec_code="CCD", entries=(ach.entry() for _ in range(4_000)))
    records = write_records(ach.file(batch))
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_entries(records))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 4_000
    assert peak_bytes < MEGABYTE // 3


def consume(data: bytes, chunk_bytes: int) -> int:
    chunks = (data[i : i + chunk_bytes] for i in range(0, len(data), chunk_bytes))
    try:
        return sum(1 for _ in read_entries(chunks))
    except AchFileRejected as rejected:
        problems, text = rejected.problems, str(rejected)
    assert problems
    assert text.isprintable()
    return -1


@given(st.binary(max_size=2_000), st.integers(1, 300))
def test_random_bytes(data, chunk_bytes):
    assert consume(data, chunk_bytes) == -1


RECORD = st.one_of(
    st.sampled_from(["1", "5", "6", "7", "8", "9"]).flatmap(
        lambda kind: st.text(st.sampled_from("0123456789 AZ*\\"), min_size=93, max_size=93).map(
            lambda rest: kind + rest
        )
    ),
    st.just("9" * 94),
    st.text(st.characters(max_codepoint=255), max_size=100),
)


@given(st.lists(RECORD, max_size=12), st.sampled_from(["\n", "\r\n", ""]), st.integers(1, 300))
def test_random_records(records, separator, chunk_bytes):
    consume("".join(r + separator for r in records).encode("latin-1"), chunk_bytes)


@settings(max_examples=100)
@given(st.data())
def test_a_good_file_with_random_damage(data):
    path_bytes = (DATA / "ccd_ded.ach").read_bytes()
    damaged = bytearray(path_bytes)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["set", "insert", "delete", "cut"])):
            case "set":
                damaged[at] = data.draw(st.integers(0, 255))
            case "insert":
                damaged.insert(at, data.draw(st.integers(0, 255)))
            case "delete":
                del damaged[at : at + data.draw(st.integers(1, 100))]
            case _:
                del damaged[at:]
        if not damaged:
            break
    assert consume(bytes(damaged), 1_000) in (-1, 12)
