"""How many wrong secrets may be tried before they are refused unread: for a client id, in all."""

import threading
from collections import OrderedDict, deque

from chassis.clock import Stopwatch, stopwatch

MAX_FAILURES = 10
WINDOW_S = 60.0
MAX_FAILURES_IN_ALL = 600
"""Wrong secrets that a process reads within the window, whatever ids they come with: made-up ids
would each have ten tries of their own."""
MAX_TRACKED = 10_000
"""Client ids that are remembered at once; the one that failed longest ago is forgotten first."""


class Throttle:
    """Counts failures in this process, by client id and in all. Thread-safe.

    It saves the time that argon2 takes, and says in the metrics that somebody is guessing. It is no
    lock: who has the right secret is let through (see credentials.looks_right).
    """

    def __init__(self, watch: Stopwatch = stopwatch) -> None:
        """Begin with no failures."""
        self._watch = watch
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque(maxlen=MAX_FAILURES_IN_ALL)
        self._lock = threading.Lock()

    def wait_s(self, client_id: str) -> float:
        """Return in how many seconds a wrong secret would be read again; 0 when it would be now."""
        with self._lock:
            until = 0.0
            for failures in (self._all, self._failures.get(client_id)):
                if failures is not None and len(failures) == failures.maxlen:
                    until = max(until, failures[0] + WINDOW_S)
            return max(0.0, until - self._watch())

    def failed(self, client_id: str) -> None:
        """Count a wrong secret."""
        with self._lock:
            failures = self._failures.setdefault(client_id, deque(maxlen=MAX_FAILURES))
            failures.append(self._watch())
            self._all.append(self._watch())
            self._failures.move_to_end(client_id)
            while len(self._failures) > MAX_TRACKED:
                self._failures.popitem(last=False)
