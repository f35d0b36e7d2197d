"""Base64url of a JWS has one form, and only that is taken."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.verifier.jws import JwsError, from_base64url

DIGITS = string.ascii_letters + string.digits + "-_"


@given(st.binary(max_size=70))
def test_what_was_written_is_read(data):
    assert from_base64url(base64.urlsafe_b64encode(data).decode().rstrip("=")) == data


@given(st.text(DIGITS, max_size=9))
def test_only_what_comes_out_the_same_when_written_is_read(text):
    try:
        data = from_base64url(text)
    except JwsError:
        data = None
    padded = base64.urlsafe_b64decode(text + "==") if len(text) % 4 != 1 else b""
    written = base64.urlsafe_b64encode(padded).decode().rstrip("=")
    assert data == (padded if written == text else None)


@pytest.mark.parametrize(
    "text", ["A", "AA==", "AA=", "A+AA", "A/AA", "AA AA", "AAAA\n", "AAé", "AB", "AAB", "AA\0A", "="]
)
def test_anything_else_is_refused(text):
    with pytest.raises(JwsError):
        from_base64url(text)
