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

    `serial` bits follow, as a number or, with `text`, as 7-bit characters. A reference of -1 digits has no fixed
    length; with `letters` it is 7-bit characters itself. `pieces`: piece and total stand between reference and serial.
    """

    name: str
    length: int
    reference: tuple[int, ...]
    digits: int
    serial: int = 0
    text: bool = False
    letters: bool = False
    pieces: bool = False


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
    0x38: _Scheme("giai", 202, (148, 151, 154, 158, 161, 164, 168), -1, letters=True),
    0x40: _Scheme("itip", 110, _FOUR, 1, 38, pieces=True),
    0x41: _Scheme("itip", 212, _FOUR, 1, 140, text=True, pieces=True),
    0x3C: _Scheme("cpi", 96, (11, 14, 17, 21, 24, 27, 31), -1, 31),
}
CPI_VAR = 0x3D
_NO_DIGITAL_LINK = {0x35: "GID", 0x2F: "USDoD", 0x3B: "ADI"}
_NEWER = {
    **{0xF0: "CPI+", 0xF1: "GRAI+", 0xF2: "SGLN+", 0xF3: "ITIP+", 0xF4: "GSRN+", 0xF5: "GSRNP+", 0xF6: "GDTI+"},
    **{0xF7: "SGTIN+", 0xF8: "SGCN+", 0xF9: "SSCC+", 0xFA: "GIAI+", 0xFB: "DSGTIN+"},
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
    if header == CPI_VAR:
        urn = _cpi_of_any_length(bits)
    elif scheme is None or len(bits) < scheme.length:
        raise IdentifierError(f"{segment[:60]!r} is no EPC binary string")
    else:
        urn = _urn(scheme, bits)
    elements = read_urn(urn)
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
    partition, prefix, at = _prefix(bits)
    end = at + scheme.reference[partition]
    reference = bits[at:end]
    digits = scheme.digits + partition if scheme.digits >= 0 else -1
    parts = [prefix, _characters(reference) if scheme.letters else _number(reference, digits)]
    if scheme.pieces:
        parts += [_number(bits[end : end + 7], 2), _number(bits[end + 7 : end + 14], 2)]
        end += 14
    if scheme.serial:
        serial = bits[end : end + scheme.serial]
        parts.append(_characters(serial) if scheme.text else _serial(scheme.name, int(serial, 2)))
    return f"urn:epc:id:{scheme.name}:{'.'.join(parts)}"


def _prefix(bits: str) -> tuple[int, str, int]:
    """The partition, the company prefix, and where it ends."""
    if len(bits) < 14 or int(bits[11:14], 2) > 6:
        raise IdentifierError("the partition of an EPC binary string lies between 0 and 6")
    partition = int(bits[11:14], 2)
    end = 14 + _PREFIX_BITS[partition]
    return partition, _number(bits[14:end], 12 - partition), end


def _cpi_of_any_length(bits: str) -> str:
    """CPI-var: the part in 6-bit characters up to a zero, then a serial number of 40 bits."""
    _, prefix, at = _prefix(bits)
    part = ""
    while (code := bits[at : at + 6]) != "000000":
        if len(code) < 6:
            raise IdentifierError("the part of an EPC binary string has no end")
        number = int(code, 2)
        part += chr(number + 64 if number < 32 else number)
        at += 6
    serial = bits[at + 6 : at + 46]
    if len(serial) < 40:
        raise IdentifierError("an EPC binary string ends before its serial number does")
    return f"urn:epc:id:cpi:{prefix}.{_escaped(part)}.{int(serial, 2)}"


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
    return _escaped("".join(map(chr, used)))


def _escaped(text: str) -> str:
    return "".join(one if one.isalnum() else f"%{ord(one):02X}" for one in text)
