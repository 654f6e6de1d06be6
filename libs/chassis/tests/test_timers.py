"""How often a timer is woken: at once when it may have work, seldom when it looked in vain."""

from typing import Any, cast

import pytest

from chassis import timers
from chassis.clock import stopwatch
from chassis.service import Timer
from chassis.timers import IDLE_DOUBLINGS_MOST, WAKE_SECONDS, TimerState


def _timer(*, idle: int, started: float) -> TimerState:
    state = TimerState(cast("Any", None), Timer("looks", 60.0, lambda _: False))
    state.idle, state.started, state.due = idle, started, started + 60.0
    return state


@pytest.mark.parametrize(("idle", "pause"), [(0, 1), (1, 2), (3, 8), (4, 16), (9, 16)])
def test_a_timer_that_looked_in_vain_is_woken_ever_more_seldom(idle: int, pause: int) -> None:
    state = _timer(idle=idle, started=100.0)
    state.wake()
    assert state.due == pytest.approx(100.0 + WAKE_SECONDS * pause)


def test_after_a_quiet_time_it_is_woken_at_once() -> None:
    longest = timers.WAKE_SECONDS * 2**IDLE_DOUBLINGS_MOST
    state = _timer(idle=20, started=stopwatch() - longest)
    state.wake()
    assert state.seconds_until_due() == 0.0
