"""A QR code drawn three ways: SVG for print, PNG for other programs, blocks of text for a terminal."""

import struct
import zlib

Matrix = list[list[bool]]  # True is a dark module; rows from the top, quiet zone included
QUIET = 4  # modules of white around the code: ISO/IEC 18004, section 9.1
LONG = 80  # above this many characters level Q would make the modules of a small label too fine


def matrix(text: str) -> Matrix:
    """The modules of `text`, at level Q, or M when the text is long; never below M."""
    import qrcode  # brings a library of images that is never used here, 10 MB: only to processes that draw codes
    from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q

    code = qrcode.QRCode(border=QUIET, error_correction=ERROR_CORRECT_Q if len(text) <= LONG else ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def svg(text: str, *, title: str) -> str:
    """An SVG without styles or scripts, so that it passes our own content policy; one path, one unit a module."""
    rows = matrix(text)
    size = len(rows)
    runs = "".join(f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in _runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" shape-rendering="crispEdges">'
        f"<title>{_escape(title)}</title>"
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{runs}"/></svg>'
    )


def png(text: str, *, scale: int = 10) -> bytes:
    """A black and white PNG with `scale` pixels a module, one bit a pixel."""
    rows = matrix(text)
    size = len(rows) * scale
    lines = b"".join((b"\0" + _packed(row, scale)) * scale for row in rows)
    header = struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def terminal(text: str) -> str:
    """Two modules a character, black on white whatever the terminal's own colours are."""
    rows = matrix(text)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    glyphs = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ("".join(glyphs[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs)
    return "\n".join(f"\x1b[30;107m{line}\x1b[0m" for line in lines)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of each run of dark modules."""
    found: list[tuple[int, int]] = []
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            found.append((start, x - start))
            start = None
    return found


def _packed(row: list[bool], scale: int) -> bytes:
    """One line of pixels, 1 for white, padded to whole bytes."""
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
