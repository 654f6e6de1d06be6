"""Codes that people type: Crockford's base32, which leaves out what is easily taken for another."""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE: Final = str.maketrans("OIL", "011")
_BETWEEN: Final = frozenset(" -\t\r\n\N{NO-BREAK SPACE}")
_RUDE: Final = (
    *("ASS", "CNT", "C0CK", "CRAP", "CVNT", "D1CK", "FAG", "FCK", "FVCK", "HATE", "JEW", "KKK"),
    *("NAZ1", "N1G", "P1SS", "RAPE", "SEX", "SH1T", "S1VT", "STD", "T1T", "WH0RE", "666"),
)
READ_CHARACTERS_MAX: Final = 64


def normal(typed: str) -> str:
    """Return a code as it was made: case, spaces, dashes and O for 0, I and L for 1 do not count.

    What is no code at all becomes a text that no code is.
    """
    kept = "".join(c for c in typed[:READ_CHARACTERS_MAX].upper() if c not in _BETWEEN)
    return kept.translate(_ALIKE)


def shown(code: str, group: int) -> str:
    """Return a code in groups, as it is printed: `ABCDE FGHJK`."""
    return " ".join(code[i : i + group] for i in range(0, len(code), group))


def is_rude(code: str) -> bool:
    """True when a code spells what nobody should get in a letter from the State."""
    return any(word in code for word in _RUDE)
