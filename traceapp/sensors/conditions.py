"""Kinds of goods, and how each is usually kept: what a form is filled in with. Pure."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from traceapp.sensors.excursions import FREEZING, Rule

DAY: Final = 86_400.0


class ProductClass(TextChoices):
    """What decides whether mean kinetic temperature says anything, and over which time."""

    REFRIGERATED = "refrigerated", _("Medicine, refrigerated")
    ROOM = "room", _("Medicine, room temperature")
    FROZEN = "frozen", _("Frozen goods")
    CHILLED_FOOD = "chilled_food", _("Food, chilled")
    FRESH = "fresh", _("Fruit and vegetables")
    OTHER = "other", _("Other goods")


MKT_WINDOWS: Final = {ProductClass.REFRIGERATED: DAY, ProductClass.ROOM: 30 * DAY}
"""Seconds over which USP <659> and <1079.2> judge it: a day for what is kept cool, 30 days at room temperature. For
food and frozen goods it is not worked out: microbes and thawing follow no Arrhenius equation."""

_MINUTE: Final = 60.0
DEFAULTS: Final = {
    ProductClass.REFRIGERATED: Rule(2.0, 8.0, freezing=FREEZING, budget=72 * 3600.0, floor=0.0, ceiling=25.0),
    ProductClass.ROOM: Rule(15.0, 25.0, minimum=1800.0, budget=24 * 3600.0, ceiling=40.0),
    ProductClass.FROZEN: Rule(None, -18.0, minimum=1200.0, hysteresis=1.0, ceiling=-12.0, budget=3600.0),
    ProductClass.CHILLED_FOOD: Rule(0.0, 5.0, minimum=900.0, budget=4 * 3600.0),
    ProductClass.FRESH: Rule(1.0, 8.0, minimum=1800.0),
    ProductClass.OTHER: Rule(None, None),
}
"""Bands: USP <659> (refrigerator, room temperature and its transient 40 °C), Directive 89/108/EEC (quick-frozen food at
-18 °C)."""


def freezing_for(product_class: str, low: float | None) -> float | None:
    """The freezing alarm: for medicine kept above freezing, at 0 °C."""
    keeps_above = low is not None and low > FREEZING
    return FREEZING if product_class == ProductClass.REFRIGERATED and keeps_above else None
