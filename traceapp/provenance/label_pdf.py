"""Labels as PDF: sheets and rolls of QR labels, and logistic labels. Everything is drawn as vectors."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from traceapp.provenance.label_font import PLAIN, STRONG, register
from traceapp.provenance.label_layouts import Layout
from traceapp.provenance.label_sizes import MARGIN, qr_of
from traceapp.provenance.label_texts import LabelText, printable
from traceapp.provenance.pallet import BAR, ROW, Bar, Pallet

SMALLEST = 4.5  # points, of what people read


def goods(labels: Sequence[LabelText], layout: Layout, *, wanted: float, title: str) -> bytes:
    """One PDF of the labels in their order; pages are filled row by row."""
    register()
    file, pages = BytesIO(), [labels[at : at + layout.a_page] for at in range(0, len(labels), layout.a_page)]
    canvas = _canvas(file, layout.page, title)
    for page in pages:
        for label, (left, top) in zip(page, layout.places(), strict=False):
            _goods(canvas, label, layout, (left, layout.page[1] - top), wanted)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def pallets(pallet: Pallet, copies: int) -> bytes:
    """Logistic labels, one a page: words, then bar codes, the SSCC lowest."""
    file = BytesIO()
    canvas = _canvas(file, pallet.size, f"SSCC {pallet.sscc}")
    for _ in range(copies):
        _pallet(canvas, pallet)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _canvas(file: BytesIO, size: tuple[float, float], title: str) -> Canvas:
    register()
    canvas = Canvas(file, pagesize=(size[0] * mm, size[1] * mm), invariant=1)
    canvas.setTitle(title)
    canvas.setCreator("Traceapp")
    return canvas


def _goods(canvas: Canvas, label: LabelText, layout: Layout, corner: tuple[float, float], wanted: float) -> None:
    """`corner` is the upper left one, from the page's lower left."""
    left, top = corner[0] + MARGIN, corner[1] - MARGIN
    printed = qr_of(label, layout, wanted)
    _modules(canvas, label.modules, (left, top), printed.x)
    x, room = left + printed.width + 0.5, layout.label[0] - 2 * MARGIN - printed.width - 0.5
    size = 8.0 if layout.label[1] >= 30 else 6.0
    y = top - size * 0.42
    for part in _broken(printable(label.name), STRONG, size, room):
        _text(canvas, part, (x, y), STRONG, size)
        y -= size * 0.42
    # The text of an element stays on one line as long as it can be read: people compare it digit by digit.
    widest = max(stringWidth(line, PLAIN, size) for line in label.lines)
    small = max(SMALLEST, min(size, size * room * mm * 0.99 / widest))
    for line in label.lines:
        for part in _broken(printable(line), PLAIN, small, room):
            _text(canvas, part, (x, y), PLAIN, small)
            y -= small * 0.42
    if label.note:
        foot = corner[1] - layout.label[1] + MARGIN
        _text(canvas, printable(label.note), (left, foot), PLAIN, 5.5)


def _modules(canvas: Canvas, rows: Sequence[Sequence[bool]], corner: tuple[float, float], x: float) -> None:
    """Dark modules as one path: seams between neighbours would show."""
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        start = None
        for across, dark in enumerate([*row, False]):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                path.rect(
                    (corner[0] + start * x) * mm, (corner[1] - (down + 1) * x) * mm, (across - start) * x * mm, x * mm
                )
                start = None
    canvas.drawPath(path, stroke=0, fill=1)


def _pallet(canvas: Canvas, pallet: Pallet) -> None:
    wide, high = pallet.size
    y = high - 5.0
    for row in pallet.words:
        column = (wide - 8) / len(row)
        for place, (label, value) in enumerate(row):
            _text(canvas, label, (4 + place * column, y), PLAIN, 6)
            first = _broken(printable(value), STRONG, 10.5, column - 2)[0]
            _text(canvas, first, (4 + place * column, y - 4.2), STRONG, 10.5)
        y -= ROW
    foot = 2.0
    for bar in reversed(pallet.bars):
        _bar(canvas, bar, foot, wide)
        foot += BAR
    canvas.setLineWidth(0.4)
    canvas.line(3 * mm, (foot + 0.5) * mm, (wide - 3) * mm, (foot + 0.5) * mm)


def _bar(canvas: Canvas, bar: Bar, foot: float, wide: float) -> None:
    """A bar code in the middle of the label, its text below it."""
    _text(canvas, bar.text, (wide / 2, foot), PLAIN, 9, centred=True)
    x, at = bar.printed.x, (wide - bar.printed.width) / 2
    path, dark = canvas.beginPath(), True
    at += x * bar.quiet
    for width in map(int, bar.widths):
        if dark:
            path.rect(at * mm, (foot + 4.0) * mm, width * x * mm, bar.printed.height * mm)
        at, dark = at + width * x, not dark
    canvas.drawPath(path, stroke=0, fill=1)


def _text(canvas: Canvas, text: str, at: tuple[float, float], font: str, size: float, *, centred: bool = False) -> None:
    canvas.setFont(font, size)
    (canvas.drawCentredString if centred else canvas.drawString)(at[0] * mm, at[1] * mm, text)


def _broken(text: str, font: str, size: float, room: float) -> list[str]:
    """Lines of at most `room` millimetres, broken at blanks where there are any."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if stringWidth(joined, font, size) <= room * mm:
            lines[-1] = joined
            continue
        lines += [""] if lines[-1] else []
        for character in word:
            if lines[-1] and stringWidth(lines[-1] + character, font, size) > room * mm:
                lines.append("")
            lines[-1] += character
    return lines
