"""The agency's forms: what must be said on each (`read`), and the sheets that come of it (`make`).

Layouts and words are our own; the numbers CS-84 and CS-130 are the agency's.
"""

from case_service.domain.forms.errors import FormError
from case_service.domain.forms.making import KINDS, Catalogue, make, read
from case_service.domain.forms.sheets import Edition, Law, Sheet
from case_service.domain.forms.words import Words

__all__ = [
    "KINDS",
    "Catalogue",
    "Edition",
    "FormError",
    "Law",
    "Sheet",
    "Words",
    "make",
    "read",
]
