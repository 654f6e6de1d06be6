"""What is wrong with the data of a form: every field that breaks a rule, all at once."""

from collections.abc import Sequence

from case_service.domain.model import Violation


class FormError(ValueError):
    """Fields of a form that break their rules."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        """Take the violations, first found first."""
        super().__init__("; ".join(f"{v.field}: {v.expected}" for v in violations))
        self.violations = tuple(violations)
