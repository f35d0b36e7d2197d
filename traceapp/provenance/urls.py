"""Digital Link paths at the root, the consumer page under /p, the code field and labels. Comes last in the project.

Paths of codes are matched by their first number only: the views read the raw path, which still has its escapes.
"""

from django.urls import path, re_path

from traceapp.epcis.gs1_keys import CONVENIENCE_ALPHAS, KEYS
from traceapp.provenance import description, label_views, link_views, number_views, pallet_views, resolver, views

_CODE = rf"(?:{'|'.join(KEYS)})/(?s:.+)$"
# Whatever may be meant as a code gets an answer of the resolver, such as why it is none.
_MEANT = rf"(?:[0-9]{{2,4}}|{'|'.join(CONVENIENCE_ALPHAS)})(?:/(?s:.*))?$"

urlpatterns = [
    path("find/", views.find, name="find"),
    path("labels/links/", link_views.links, name="links"),
    path("labels/links/add/", link_views.link_add, name="link-add"),
    path("labels/links/<int:pk>/", link_views.link_edit, name="link-change"),
    path("labels/links/<int:pk>/delete/", link_views.link_delete, name="link-delete"),
    path("labels/", label_views.sheet, name="labels"),
    re_path(r"^labels/goods\.(?P<suffix>pdf|zpl)$", label_views.printed, name="labels-goods"),
    path("labels/pallets/", pallet_views.pallets, name="pallets"),
    re_path(r"^labels/pallets\.(?P<suffix>pdf|zpl)$", pallet_views.printed, name="pallets-printed"),
    path("labels/pallets/next/", number_views.next_pallet, name="pallet-next"),
    path("labels/items/", number_views.number_items, name="labels-items"),
    path("labels/items/<int:pk>/", number_views.run, name="labels-run"),
    re_path(
        r"^labels/items/(?P<pk>[0-9]{1,18})\.(?P<suffix>pdf|zpl|csv)$",
        number_views.run_printed,
        name="labels-run-printed",
    ),
    re_path(rf"^labels/{_CODE}", label_views.image, name="label"),
    re_path(rf"^p/{_CODE}", views.page, name="consumer-page"),
    path(".well-known/gs1resolver", description.describe, name="gs1resolver"),
    re_path(rf"^{_MEANT}", resolver.resolve, name="digital-link"),
    re_path(r"^e[hx][0-9A-Za-z_\-]{6,}/?$", resolver.resolve, name="epc-binary"),
]
