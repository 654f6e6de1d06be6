"""Problems of a format, said without anybody's secrets."""

import dataclasses
import re

from formats.problem import Problem, mask_ssn

_DIGIT = re.compile(r"\d")
_PERSONAL_RECORDS = ("addenda", "DED", "820")


def masked(problem: Problem) -> Problem:
    """Return the problem with what it read made harmless: no name, no Social Security number."""
    read = problem.read
    if problem.field == "DED05":
        read = _DIGIT.sub("#", read)
    elif problem.field == "DED07":
        read = f"{len(read)} characters"
    elif any(word in problem.record_type for word in _PERSONAL_RECORDS):
        read = mask_ssn(read)
    return dataclasses.replace(problem, read=read)


def sentence(problem: Problem) -> str:
    """Say a problem in one sentence: record, field, what was read, what was expected, the rule."""
    return str(masked(problem))


def masked_ssn(last_four: str) -> str:
    """Write a Social Security number of which only the last four digits may be seen."""
    return f"###-##-{last_four}" if last_four else "nothing"


def quoted(text: str) -> str:
    """Write what a file says so that blanks show and a Social Security number does not."""
    return f'"{mask_ssn(text)}"' if text else "nothing"
