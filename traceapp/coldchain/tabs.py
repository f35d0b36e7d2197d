"""The pages of this room, as tabs above each."""

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs() -> list[dict[str, str]]:
    return [
        {"label": _("Excursions"), "href": reverse("coldchain:index")},
        {"label": _("Legs"), "href": reverse("coldchain:legs")},
        {"label": _("Storage conditions"), "href": reverse("coldchain:conditions")},
        {"label": _("Alarms"), "href": reverse("coldchain:alarms")},
    ]
