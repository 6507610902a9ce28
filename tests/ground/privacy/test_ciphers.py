"""What is sealed opens in its place, with its key, whole; and in no other case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.privacy.engine import ciphers
from safeconduct.ground.privacy.engine.ciphers import SealBrokenError
from tests.letters import ANY

KEYS = st.binary(min_size=32, max_size=32)
PLACES = st.text(ANY, max_size=40)


@given(KEYS, st.binary(max_size=2_000), PLACES)
def test_what_was_sealed_opens_again(key, plain, place):
    sealed = ciphers.encrypt(key, plain, bound_to=place)
    assert ciphers.decrypt(key, sealed, bound_to=place) == plain
    assert ciphers.decrypt(key, memoryview(sealed), bound_to=place) == plain


@given(KEYS, st.binary(min_size=8, max_size=200), st.data())
def test_one_altered_bit_and_nothing_opens(key, plain, data):
    sealed = bytearray(ciphers.encrypt(key, plain, bound_to="here"))
    where = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[where // 8] ^= 1 << where % 8
    with pytest.raises(SealBrokenError):
        ciphers.decrypt(key, bytes(sealed), bound_to="here")


@given(KEYS, st.binary(max_size=200), st.data())
def test_what_was_cut_opens_nothing(key, plain, data):
    sealed = ciphers.encrypt(key, plain, bound_to="here")
    with pytest.raises(SealBrokenError):
        ciphers.decrypt(key, sealed[: data.draw(st.integers(0, len(sealed) - 1))], bound_to="here")


@given(KEYS, KEYS, st.binary(max_size=200))
def test_another_key_opens_nothing(key, other, plain):
    sealed = ciphers.encrypt(key, plain, bound_to="here")
    if key != other:
        with pytest.raises(SealBrokenError):
            ciphers.decrypt(other, sealed, bound_to="here")


@given(KEYS, PLACES, PLACES, st.binary(max_size=200))
def test_what_was_moved_opens_nothing(key, place, other, plain):
    sealed = ciphers.encrypt(key, plain, bound_to=place)
    if place != other:
        with pytest.raises(SealBrokenError):
            ciphers.decrypt(key, sealed, bound_to=other)


@given(KEYS, st.binary(max_size=200))
def test_nothing_is_sealed_alike_twice(key, plain):
    first = ciphers.encrypt(key, plain, bound_to="")
    assert first != ciphers.encrypt(key, plain, bound_to="")
    assert plain not in first or len(plain) < 4


def test_a_purpose_has_its_own_key_and_a_key_of_the_wrong_length_is_refused():
    root = "ab" * 32
    assert ciphers.derived(root, "wrap") != ciphers.derived(root, "outside")
    assert ciphers.derived(root, "wrap") != ciphers.derived("cd" * 32, "wrap")
    with pytest.raises(ValueError, match="64 hexadecimal"):
        ciphers.derived("ab" * 16, "wrap")
