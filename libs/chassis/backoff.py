"""How long to wait before trying again: doubling, with a bound."""

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Waits that double from `first_seconds` up to `most_seconds`, until something worked."""

    first_seconds: float = 0.1
    most_seconds: float = 10.0
    failures: int = 0

    def next(self) -> float:
        """Count a failure; return the seconds to wait before the next attempt."""
        # The exponent is bounded so that a night of failures does not overflow a float.
        wait = self.first_seconds * 2.0 ** min(self.failures, 30)
        self.failures += 1
        return min(wait, self.most_seconds)

    def reset(self) -> None:
        """It worked: begin anew with the shortest wait."""
        self.failures = 0
