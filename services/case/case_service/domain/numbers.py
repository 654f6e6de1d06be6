"""Public numbers with a check digit, so that a slip of the pen never names another person.

The check digit is Luhn's (ISO/IEC 7812-1 annex B): it finds every single wrong digit and nearly
every swap of neighbours.
"""

NUMBER_DIGITS = 10
CASE_NUMBER_DIGITS = 10
_NINE = 9


def luhn_digit(payload: str) -> str:
    """Return the check digit of a string of digits."""
    total = 0
    for place, char in enumerate(reversed(payload)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - _NINE if value > _NINE else value
    return str(-total % 10)


def participant_number(serial: int) -> str:
    """Return the public number of the serial-th participant: nine digits and a check digit."""
    payload = f"{serial:0{NUMBER_DIGITS - 1}d}"
    return payload + luhn_digit(payload)


def case_number(serial: int) -> str:
    """Return the public number of the serial-th case opened here: nine digits and a check digit."""
    payload = f"{serial:0{CASE_NUMBER_DIGITS - 1}d}"
    return payload + luhn_digit(payload)


def is_participant_number(number: str) -> bool:
    """Tell whether a number has ten digits and its check digit is right."""
    right_form = len(number) == NUMBER_DIGITS and number.isascii() and number.isdigit()
    return right_form and luhn_digit(number[:-1]) == number[-1]
