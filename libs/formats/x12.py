"""As much of X12 as a CTX entry needs: segments, and the counts that a transaction set carries."""

from collections.abc import Iterator
from dataclasses import dataclass

from formats.problem import Problem

_ISA_CHARACTERS = 106
_TERMINATORS = ("\\", "~", "/")
_RULE_SET = "X12: a transaction set begins with ST and ends with SE, which repeats its number"
_RULE_COUNT = "X12: SE01 is the number of segments from ST to SE, both included"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment without its terminator; `offset` is where it begins in the whole text."""

    text: str
    offset: int
    terminator: str

    @property
    def elements(self) -> tuple[str, ...]:
        """Identifier and elements, blanks around them removed."""
        return tuple(element.strip() for element in self.text.split("*"))

    @property
    def identifier(self) -> str:
        """The segment's name: ST, BPR, DED, ..."""
        return self.text.partition("*")[0].strip()


def find_terminator(text: str) -> str:
    """Return the segment terminator: the one that an ISA header declares, else the likeliest.

    That is the ACH's backslash; failing it the tilde of common X12, then the slash that some
    producers write. "" if there is none.
    """
    if text.startswith("ISA") and len(text) >= _ISA_CHARACTERS:
        return text[_ISA_CHARACTERS - 1]
    return next((mark for mark in _TERMINATORS if mark in text), "")


def split_segments(text: str) -> Iterator[Segment]:
    """Yield the segments that are not blank. The last has terminator "" if nothing ends it."""
    terminator = find_terminator(text)
    pieces = text.split(terminator) if terminator else [text]
    offset = 0
    for index, piece in enumerate(pieces):
        body = piece.strip()
        if body:
            leading = len(piece) - len(piece.lstrip())
            is_ended = index < len(pieces) - 1
            yield Segment(body, offset + leading, terminator if is_ended else "")
        offset += len(piece) + 1


def set_warnings(segments: tuple[Segment, ...], record_number: int) -> Iterator[Problem]:
    """Compare ST with SE, for each transaction set among the segments.

    Only warnings: a payment stands by its amounts, which are checked without these counts.
    """
    opened: tuple[int, str] | None = None
    for index, segment in enumerate(segments):
        if segment.identifier not in ("ST", "SE"):
            continue
        elements = (*segment.elements, "", "")
        if segment.identifier == "ST":
            if opened is not None:
                yield _warning(record_number, "SE", "another ST", "SE before it", _RULE_SET)
            opened = (index, elements[2])
            continue
        if opened is None:
            yield _warning(record_number, "ST", "SE without ST", "ST before SE", _RULE_SET)
            continue
        start, control_number = opened
        opened = None
        count = index - start + 1
        if elements[1] != str(count):
            yield _warning(record_number, "SE01", elements[1], f"{count} segments", _RULE_COUNT)
        if elements[2] != control_number:
            expected = f"{control_number} as in ST02"
            yield _warning(record_number, "SE02", elements[2], expected, _RULE_SET)
    if opened is not None:
        yield _warning(record_number, "SE", "the end of the entry", "SE", _RULE_SET)


def _warning(record_number: int, field: str, read: str, expected: str, rule: str) -> Problem:
    return Problem(record_number, "820 segment", field, "", read, expected, rule, "warning")
