"""How large the code of a label is printed on a paper. Pure."""

from traceapp.provenance.label_layouts import Layout
from traceapp.provenance.label_texts import LabelText
from traceapp.provenance.symbol_sizes import Printed, fit_qr

MARGIN = 1.5  # millimetres between a label's edge and what is printed
FOOT = 3.4  # for the note


def qr_of(label: LabelText, layout: Layout, wanted: float) -> Printed:
    """The size at which the label's code will be printed: it takes the label's height and half of its width."""
    wide, high = layout.label
    room = min(high - 2 * MARGIN - (FOOT if label.note else 0), (wide - 2 * MARGIN) * 0.55)
    return fit_qr(len(label.modules), room, wanted)
