"""EPC binary strings in a Digital Link's place: `/eh3074257BF7194E4000001A85` (hexadecimal) and `/ex...` (base64url).

What an RFID tag holds, decoded as in the EPC Tag Data Standard 2.x, section 14 (partition tables included). The newer
encodings, whose scheme names end with a plus sign, are named and not decoded.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from traceapp.epcis.digital_link import DigitalLink, link
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.epcis.urn import read_urn

_FORM = re.compile(r"e(?:h(?P<hex>[0-9A-Fa-f]{8,200})|x(?P<base64>[0-9A-Za-z_\-]{6,140}))")
_PREFIX_BITS = (40, 37, 34, 30, 27, 24, 20)
"""Of a company prefix, by partition 0 to 6: of 12 to 6 digits."""


class NotDecoded(IdentifierError):
    """A string of an encoding that is known and not supported."""


@dataclass(frozen=True)
class _Scheme:
    """One encoding. `reference` are the bits of the reference by partition, of `digits` digits at partition 0.

    `serial` bits follow, as a number or, with `text`, as 7-bit characters; `fixed` says that a reference keeps its
    zeros. A reference of -1 digits has no fixed length.
    """

    name: str
    length: int
    reference: tuple[int, ...]
    digits: int
    serial: int = 0
    text: bool = False


_FOUR = (4, 7, 10, 14, 17, 20, 24)
_ONE = (1, 4, 7, 11, 14, 17, 21)
_EIGHTEEN = (18, 21, 24, 28, 31, 34, 38)
_SCHEMES: dict[int, _Scheme] = {
    0x30: _Scheme("sgtin", 96, _FOUR, 1, 38),
    0x36: _Scheme("sgtin", 198, _FOUR, 1, 140, text=True),
    0x31: _Scheme("sscc", 96, _EIGHTEEN, 5),
    0x32: _Scheme("sgln", 96, _ONE, 0, 41),
    0x39: _Scheme("sgln", 195, _ONE, 0, 140, text=True),
    0x33: _Scheme("grai", 96, _FOUR, 0, 38),
    0x37: _Scheme("grai", 170, _FOUR, 0, 112, text=True),
    0x34: _Scheme("giai", 96, (42, 45, 48, 52, 55, 58, 62), -1),
    0x2D: _Scheme("gsrn", 96, _EIGHTEEN, 5),
    0x2E: _Scheme("gsrnp", 96, _EIGHTEEN, 5),
    0x2C: _Scheme("gdti", 96, _ONE, 0, 41),
    0x3E: _Scheme("gdti", 174, _ONE, 0, 119, text=True),
    0x3F: _Scheme("sgcn", 96, _ONE, 0, 41),
    0x3C: _Scheme("cpi", 96, (11, 14, 17, 21, 24, 27, 31), -1, 31),
}
_NO_DIGITAL_LINK = {0x35: "GID", 0x2F: "USDoD", 0x3B: "ADI"}
_NEWER = {
    **{0xF0: "CPI+", 0xF1: "GRAI+", 0xF2: "SGLN+", 0xF3: "ITIP+", 0xF4: "GSRN+", 0xF5: "GSRNP+", 0xF6: "GDTI+"},
    **{0xF7: "SGTIN+", 0xF8: "SGCN+", 0xF9: "SSCC+", 0xFA: "GIAI+", 0xFB: "DSGTIN+", 0x38: "GIAI-202"},
    **{0x3D: "CPI-var", 0x40: "ITIP-110", 0x41: "ITIP-212"},
}


def is_binary(segment: str) -> bool:
    """Whether a path of one segment has the form of an EPC binary string."""
    return _FORM.fullmatch(segment) is not None


def decompress(segment: str) -> DigitalLink:
    """The Digital Link of an EPC binary string; NotDecoded or IdentifierError says why there is none."""
    bits = _bits_of(segment)
    header = int(bits[:8], 2)
    if header in _NO_DIGITAL_LINK:
        raise IdentifierError(f"{_NO_DIGITAL_LINK[header]} has no GS1 Digital Link")
    if header in _NEWER:
        raise NotDecoded(f"EPC binary strings of {_NEWER[header]} are not decoded here: use the uncompressed address")
    scheme = _SCHEMES.get(header)
    if scheme is None or len(bits) < scheme.length:
        raise IdentifierError(f"{segment[:60]!r} is no EPC binary string")
    elements = read_urn(_urn(scheme, bits))
    if elements is None:
        raise IdentifierError(f"{segment[:60]!r} is no EPC binary string")
    return link(elements)


def _bits_of(segment: str) -> str:
    match = _FORM.fullmatch(segment)
    if match is None:
        raise IdentifierError(f"{segment[:60]!r} is no EPC binary string")
    text = match["hex"]
    if text is not None:
        return bin(int(f"1{text}", 16))[3:]
    try:
        data = base64.urlsafe_b64decode(match["base64"] + "=" * (-len(match["base64"]) % 4))
    except binascii.Error as error:
        raise IdentifierError(f"{segment[:60]!r} is no EPC binary string") from error
    return bin(int.from_bytes(b"\1" + data))[3:]


def _urn(scheme: _Scheme, bits: str) -> str:
    """The pure identity URN; header, filter and partition go before the company prefix."""
    partition = int(bits[11:14], 2)
    if partition > 6:
        raise IdentifierError("the partition of an EPC binary string lies between 0 and 6")
    at = 14 + _PREFIX_BITS[partition]
    prefix = _number(bits[14:at], 12 - partition)
    end = at + scheme.reference[partition]
    parts = [prefix, _number(bits[at:end], scheme.digits + partition if scheme.digits >= 0 else -1)]
    if scheme.serial:
        serial = bits[end : end + scheme.serial]
        parts.append(_characters(serial) if scheme.text else _serial(scheme.name, int(serial, 2)))
    return f"urn:epc:id:{scheme.name}:{'.'.join(parts)}"


def _serial(scheme: str, number: int) -> str:
    """A coupon's serial number keeps its zeros behind a 1 of its own."""
    if scheme != "sgcn":
        return str(number)
    if not str(number).startswith("1") or number == 1:
        raise IdentifierError("the serial number of a coupon in an EPC binary string begins with 1")
    return str(number)[1:]


def _number(bits: str, digits: int) -> str:
    """As so many digits; with -1 as it is, and with 0 nothing."""
    number = str(int(bits, 2))
    if digits < 0:
        return number
    if len(number.lstrip("0")) > digits:
        raise IdentifierError("a number in an EPC binary string is larger than its partition allows")
    return number.zfill(digits) if digits else ""


def _characters(bits: str) -> str:
    """7-bit characters up to the first zero, escaped as in a URN."""
    codes = [int(bits[at : at + 7], 2) for at in range(0, len(bits) - 6, 7)]
    used = codes[: codes.index(0)] if 0 in codes else codes
    return "".join(chr(code) if chr(code).isalnum() else f"%{code:02X}" for code in used)
