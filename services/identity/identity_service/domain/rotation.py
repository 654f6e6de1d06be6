"""When a signing key has served long enough."""

from datetime import date, timedelta


def is_due(newest_created_on: date | None, on: date, after_days: int) -> bool:
    """True when there is no key yet, or the newest is `after_days` old or older.

    Never twice on one day: the key before would go while tokens that it signed still live.
    """
    if newest_created_on is None:
        return True
    return on - newest_created_on >= timedelta(days=max(1, after_days))
