"""Pages: sizes within bounds; tokens that only the service itself can make."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.crypto import load_keys
from chassis.errors import PlatformError
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.tests.rpc import probe_contract as pc


@pytest.fixture(scope="module")
def keys(key_directory):
    return load_keys("withholding", key_directory / "withholding.keys.json")


@pytest.mark.parametrize(("asked", "given_"), [(0, 100), (1, 1), (1000, 1000), (5000, 1000)])
def test_page_size(asked, given_):
    assert page_size(pc.PeekRequest(page_size=asked)) == given_


def test_negative_page_size_is_refused():
    with pytest.raises(PlatformError, match="page_size"):
        page_size(pc.PeekRequest(page_size=-1))


@given(value=st.text(min_size=1, max_size=100), listing=st.text(max_size=20))
def test_token_is_read_by_who_made_it(keys, value, listing):
    token = encode_token(keys, value, listing=listing)
    assert decode_token(keys, token, listing=listing) == value
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


def test_end_and_beginning_are_empty(keys):
    assert encode_token(keys, "") == ""
    assert decode_token(keys, "") == ""


@given(bad=st.text(min_size=1, max_size=60))
def test_any_other_token_is_refused_by_name(keys, bad):
    with pytest.raises(PlatformError) as caught:
        decode_token(keys, bad)
    assert caught.value.metadata == {"field": "page_token"}


def test_changed_foreign_or_long_token_is_refused(keys, key_directory):
    token = encode_token(keys, "0190-abc", listing="lines")
    raw = bytearray(base64.urlsafe_b64decode(token))
    raw[-1] ^= 1
    other = load_keys("case", key_directory / "case.keys.json")
    for given_keys, bad, listing in (
        (keys, base64.urlsafe_b64encode(raw).decode(), "lines"),
        (keys, token, "others"),
        (other, token, "lines"),
        (keys, token * 100, "lines"),
    ):
        with pytest.raises(PlatformError, match="page_token"):
            decode_token(given_keys, bad, listing=listing)
