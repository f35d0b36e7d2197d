"""The pair of check characters that closes a Global Model Number (GS1 General Specifications 7.9.5)."""

from __future__ import annotations

_SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_MODULUS = 1021


def check_pair(text: str) -> str:
    """The two check characters that belong after `text`, which is of GS1's set of 82 characters, 23 at the most.

    Each character's place in the set is weighted by a prime, the smallest one for the last character.
    """
    weights = zip(reversed(text), _PRIMES, strict=False)
    total = sum(_SET_82.index(character) * prime for character, prime in weights) % _MODULUS
    return _SET_32[total >> 5] + _SET_32[total & 31]
