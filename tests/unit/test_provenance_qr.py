"""The QR code, drawn three ways from one matrix."""

import re
import struct
import zlib

from traceapp.provenance import qr

URL = "http://127.0.0.1:8000/01/09506000134352/10/L2405-117"


def _modules_of_svg(text):
    size = int(re.search(r'viewBox="0 0 (\d+)', text)[1])
    grid = [[False] * size for _ in range(size)]
    path = re.search(r'fill="#000" d="([^"]+)"', text)[1]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for column in range(int(x), int(x) + int(run)):
            grid[int(y)][column] = True
    return grid


def _modules_of_png(data, scale):
    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT") + 4
    length = struct.unpack(">I", data[start - 8 : start - 4])[0]
    raw = zlib.decompress(data[start : start + length])
    stride = 1 + (width + 7) // 8
    lines = [raw[i * stride + 1 : (i + 1) * stride] for i in range(0, height, scale)]
    return [[not (line[x // 8] >> (7 - x % 8)) & 1 for x in range(0, width, scale)] for line in lines]


def test_svg_and_png_hold_the_same_modules():
    rows = qr.matrix(URL)

    assert _modules_of_svg(qr.svg(URL, title="a")) == rows
    assert _modules_of_png(qr.png(URL, scale=3), 3) == rows


def test_the_code_has_its_quiet_zone():
    rows = qr.matrix(URL)

    assert not any(any(row) for row in rows[: qr.QUIET])
    assert not any(row[x] for row in rows for x in range(qr.QUIET))


def test_the_svg_has_no_style_and_escapes_its_title():
    text = qr.svg(URL, title="<b>&")

    assert "style" not in text
    assert "<title>&lt;b&gt;&amp;</title>" in text


def test_the_terminal_shows_two_rows_a_line_in_black_on_white():
    lines = qr.terminal(URL).split("\n")

    assert len(lines) == (len(qr.matrix(URL)) + 1) // 2
    assert all(line.startswith("\x1b[30;107m") and line.endswith("\x1b[0m") for line in lines)
