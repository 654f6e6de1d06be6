"""What the guidelines refuse."""


class GuidelineError(ValueError):
    """A field that breaks a rule: its path, what was read, and the rule."""

    def __init__(self, field: str, read: object, rule: str) -> None:
        """Take the path of the field, such as `parents.b.gross_monthly`."""
        super().__init__(f"{field}: read {read}; {rule}")
        self.field = field
        self.read = str(read)
        self.rule = rule
