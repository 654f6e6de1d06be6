"""Case and court order numbers as employers write them."""


def identifier_key(text: str) -> str:
    """Return what a case or order number is looked up by; empty when there is nothing to look up.

    Payroll systems change case, drop dashes and blanks, and lose the leading zeros of what looks
    like a number to them: "07-CI-00123" and "07ci00123" are one, "0000123456" and "123456" too.
    """
    key = "".join(character for character in text.upper() if character.isalnum())
    if not key.isdigit():
        return key
    return key.lstrip("0") or key[:1]
