"""Short phrases of the consumer page that need counting or a unit."""

from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceapp.masterdata.models import Product


def keep_at(product: Product | None) -> str:
    """`0 to 4 °C`, or one bound alone; empty when neither is known."""
    if product is None:
        return ""
    low, high = (_degrees(bound) for bound in (product.storage_min_c, product.storage_max_c))
    if low and high:
        return _("%(low)s to %(high)s °C") % {"low": low, "high": high}
    if high:
        return _("%(high)s °C or colder") % {"high": high}
    return _("%(low)s °C or warmer") % {"low": low} if low else ""


def journey_note(steps: int, places: int) -> str:
    """`9 steps, 4 places`."""
    said = ngettext("%(n)s step", "%(n)s steps", steps) % {"n": steps}
    if not places:
        return said
    return f"{said}, {ngettext('%(n)s place', '%(n)s places', places) % {'n': places}}"


def _degrees(bound: Decimal | None) -> str:
    if bound is None:
        return ""
    return str(formats.number_format(bound.normalize() if bound % 1 else int(bound)))
