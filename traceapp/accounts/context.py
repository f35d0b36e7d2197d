"""Who looks at the page, for every template."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from traceapp.accounts import navigation
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Viewer, viewer_of


class Here:
    """The viewer's organisations and links, asked for only when a template shows them: public pages need no query."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer: Viewer = viewer_of(request)
        links = navigation.links_for(self.viewer)
        self.links, self.menu = navigation.split(links)
        self.current = navigation.current(links, request.path)
        self.organisations = self._organisations()
        self.organisation = next((o for o in self.organisations if o.pk == self.viewer.organisation_id), None)

    def _organisations(self) -> list[Organisation]:
        if self.viewer.organisation_id is None:
            return []
        return list(Organisation.objects.filter(memberships__user=self.request.user.pk).distinct())


def viewer(request: HttpRequest) -> dict[str, Any]:
    """`viewer` (roles, organisation_id) and `here` (organisation, organisations, links, menu, current)."""
    return {
        "viewer": SimpleLazyObject(lambda: viewer_of(request)),
        "here": SimpleLazyObject(lambda: Here(request)),
    }
