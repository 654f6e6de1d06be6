"""Signing keys change by the calendar; tokens of the key before live on; two keys are shown."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import auth
from chassis.auth import TokenVerifier, own_keys
from chassis.errors import PlatformError
from childsupport.identity.v1 import identity_service_pb2 as pb
from childsupport.identity.v1.identity_service_pb2_grpc import TokenServiceStub
from identity_service.domain.rotation import is_due
from identity_service.jobs import rotate_signing_keys

TODAY = date(2026, 3, 6)


def rotate(identity, on):
    with identity.runtime.work() as work:
        return rotate_signing_keys(work, on)["rotated"]


def shown(identity):
    answer = TokenServiceStub(identity.plain).GetKeySet(pb.GetKeySetRequest())
    return [key["kid"] for key in json.loads(answer.jwks_json)["keys"]]


def test_key_changes_when_its_days_are_over_and_once(identity):
    assert rotate(identity, TODAY) == 0
    assert rotate(identity, TODAY + timedelta(days=29)) == 0
    assert rotate(identity, TODAY + timedelta(days=30)) == 1
    assert rotate(identity, TODAY + timedelta(days=30)) == 0


def test_current_and_previous_key_are_shown_and_no_other(identity):
    [first] = shown(identity)
    rotate(identity, TODAY + timedelta(days=30))
    second, previous = shown(identity)
    assert previous == first
    rotate(identity, TODAY + timedelta(days=60))
    third, previous = shown(identity)
    assert previous == second
    assert third not in {first, second}
    assert len(identity.rows("SELECT 1 FROM signing_key")) == 2


def test_tokens_of_the_key_before_are_good_and_of_the_one_before_that_not(identity):
    token = identity.issue().access_token
    rotate(identity, TODAY + timedelta(days=30))
    verify = lambda: TokenVerifier(own_keys(identity.runtime), identity.clock).verify(token)  # noqa: E731
    assert verify().client_id == "admin"
    rotate(identity, TODAY + timedelta(days=60))
    with pytest.raises(PlatformError, match="does not show"):
        verify()


def test_running_server_takes_tokens_of_the_new_key(identity):
    identity.create("one")
    rotate(identity, TODAY + timedelta(days=30))
    identity.watch.now += auth.KEY_FETCH_INTERVAL_S + 0.1
    identity.create("two")


def test_first_key_is_made_by_the_first_token(identity):
    with identity.runtime.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM signing_key")
    assert shown(identity) == []
    assert identity.issue().access_token
    assert len(shown(identity)) == 1


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(min_value=-5, max_value=500),
    st.integers(min_value=0, max_value=366),
)
def test_due_never_twice_a_day_and_always_in_the_end(created, days, after):
    due = is_due(created, created + timedelta(days=days), after)
    assert due == (days >= max(1, after))
    assert is_due(None, created, after)
