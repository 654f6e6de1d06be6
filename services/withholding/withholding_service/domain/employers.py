"""What an employer's registration must hold."""

from dataclasses import dataclass, field

FEIN_DIGITS = 9
COMPANY_ID_CHARACTERS_MAX = 10
COMPANY_IDS_MAX = 100
NAME_CHARACTERS_MAX = 200
ZIP_DIGITS = (5, 9)
STATE_LETTERS = 2

_LOW = ("00", "07", "08", "09", "17", "18", "19", "28", "29")
_HIGH = ("49", "69", "70", "78", "79", "89", "96", "97")
UNASSIGNED_PREFIXES = frozenset({*_LOW, *_HIGH})
"""First two digits that no employer identification number has (IRS, "How EINs are assigned and
valid EIN prefixes"; the list was seen at second hand and grows with time: secondary)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """An employer or other remitter."""

    employer_id: str
    fein: str
    name: str
    ach_company_ids: tuple[str, ...] = ()
    contact_email: str = field(default="", repr=False)
    address_line1: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    version: int = 1


def registration_problems(employer: Employer) -> list[tuple[str, str]]:
    """Return what is wrong with a registration: the field, and what would be right."""
    problems: list[tuple[str, str]] = []
    fein = employer.fein
    if not (fein.isascii() and fein.isdigit() and len(fein) == FEIN_DIGITS):
        problems.append(("employer.fein", f"must be {FEIN_DIGITS} digits without a dash"))
    elif fein[:2] in UNASSIGNED_PREFIXES:
        problems.append(
            ("employer.fein", f"must begin with a prefix that the IRS assigns; read {fein[:2]}")
        )
    if not 0 < len(employer.name.strip()) <= NAME_CHARACTERS_MAX:
        problems.append(("employer.name", f"must be 1 to {NAME_CHARACTERS_MAX} characters"))
    if employer.contact_email and "@" not in employer.contact_email.strip("@"):
        problems.append(("employer.contact_email", "must be an e-mail address or empty"))
    if employer.state and not (len(employer.state) == STATE_LETTERS and employer.state.isalpha()):
        problems.append(("employer.state", f"must be {STATE_LETTERS} letters or empty"))
    zip_code = employer.zip_code.replace("-", "")
    if zip_code and not (zip_code.isdigit() and len(zip_code) in ZIP_DIGITS):
        problems.append(("employer.zip_code", "must be 5 or 9 digits or empty"))
    return problems + _company_id_problems(employer.ach_company_ids)


def _company_id_problems(company_ids: tuple[str, ...]) -> list[tuple[str, str]]:
    name = "employer.ach_company_ids"
    if len(company_ids) > COMPANY_IDS_MAX:
        return [(name, f"must be at most {COMPANY_IDS_MAX}; read {len(company_ids)}")]
    if len(set(company_ids)) < len(company_ids):
        return [(name, "must name each company identification once")]
    return [
        (f"{name}[{place}]", f"must be 1 to {COMPANY_ID_CHARACTERS_MAX} printable characters")
        for place, company_id in enumerate(company_ids)
        if not 0 < len(company_id) <= COMPANY_ID_CHARACTERS_MAX
        or not (company_id.isascii() and company_id.isprintable())
        or company_id != company_id.strip()
    ]
