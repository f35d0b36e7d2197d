"""Digital Link paths at the root, the consumer page under /p, the code field and labels. Comes last in the project.

Paths of codes are matched by their first number only: the views read the raw path, which still has its escapes.
"""

from django.urls import path, re_path

from traceapp.epcis.gs1_keys import KEYS
from traceapp.provenance import label_views, views

_CODE = rf"(?:{'|'.join(KEYS)})/.+$"

urlpatterns = [
    path("find/", views.find, name="find"),
    path("labels/", label_views.sheet, name="labels"),
    re_path(rf"^labels/{_CODE}", label_views.image, name="label"),
    re_path(rf"^p/{_CODE}", views.page, name="consumer-page"),
    re_path(rf"^{_CODE}", views.resolve, name="digital-link"),
]
