"""G.711 mu-law: 8000 one-byte samples a second, against 16-bit linear samples."""

from array import array
from collections.abc import Iterable
from functools import cache

RATE = 8000
"""Samples a second."""

SILENT = 0xFF
"""The code of no sound."""

_BIAS = 0x84
_CLIP = 32635
_QUIET = 100  # about -50 dBFS: comfort noise and rounding, no sound a script looks for


def _linear(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << ((code & 0x70) >> 4)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def _code(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


_LINEAR = tuple(_linear(code) for code in range(256))
_QUIET_CODES = bytes(code for code in range(256) if abs(_LINEAR[code]) <= _QUIET)


@cache
def _codes() -> bytes:
    """All codes by a sample's upper 14 bits, more than mu-law tells apart; built when needed."""
    return bytes(_code(upper << 2 if upper < 1 << 13 else (upper - (1 << 14)) << 2)
                 for upper in range(1 << 14))  # fmt: skip


def encode(samples: Iterable[int]) -> bytes:
    """Give the codes of 16-bit samples."""
    codes = _codes()
    return bytes([codes[sample >> 2 & 0x3FFF] for sample in samples])


def decode(codes: bytes) -> "array[int]":
    """Give 16-bit samples."""
    return array("h", map(_LINEAR.__getitem__, codes))


def is_quiet(codes: bytes) -> bool:
    """Tell whether no sample is louder than about -50 dBFS."""
    return not codes.strip(_QUIET_CODES)
