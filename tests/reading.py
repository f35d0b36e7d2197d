"""What a scanner reads off a printed page: PDF pages are drawn at 300 dots an inch, then decoded."""

from collections.abc import Iterator

import numpy
import pypdfium2
import zxingcpp

DPI = 300


def drawn(pdf: bytes) -> Iterator[numpy.ndarray]:
    """Each page as grey pixels."""
    for page in pypdfium2.PdfDocument(pdf):
        yield page.render(scale=DPI / 72, grayscale=True).to_numpy().squeeze()


def codes(pixels: numpy.ndarray) -> list[zxingcpp.Barcode]:
    """Everything that can be read off a page, from the top."""
    return sorted(zxingcpp.read_barcodes(pixels), key=lambda one: one.position.top_left.y)


def width_mm(code: zxingcpp.Barcode) -> float:
    """How wide a symbol was found to be, without its quiet zones."""
    return (code.position.top_right.x - code.position.top_left.x) / DPI * 25.4


def words(pdf: bytes) -> str:
    """The text of all pages."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
