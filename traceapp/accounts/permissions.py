"""Doors: who may enter a page or call the API."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.text import get_text_list
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Viewer, viewer_of

View = Callable[..., HttpResponseBase]
NO_ORGANISATION = "You do not belong to an organisation yet. Ask an administrator of yours to add you as a member."


def _needed(roles: tuple[str, ...]) -> str:
    names = get_text_list([Role(role).label for role in roles], "or")
    return f"This needs the role {names} in your organisation. An administrator can give it to you."


def refusal(viewer: Viewer, *roles: str) -> str:
    """Why `viewer` may not, as a sentence; empty when they may. Without roles, any member may."""
    if viewer.organisation_id is None:
        return NO_ORGANISATION
    return "" if viewer.has(*roles) else _needed(roles)


def require(viewer: Viewer, *roles: str) -> None:
    """Raise PermissionDenied, with the sentence to show, unless `viewer` holds one of `roles`."""
    why = refusal(viewer, *roles)
    if why:
        raise PermissionDenied(why)


def member_required(*roles: str) -> Callable[[View], View]:
    """`@member_required(Role.ADMIN)`: nobody goes to log in and comes back; a wrong role gets a 403 page in words."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(viewer_of(request), *roles)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class IsMember(BasePermission):
    """The API's default door: somebody who acts for an organisation."""

    roles: tuple[str, ...] = ()

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        self.message = refusal(viewer_of(request), *self.roles)
        return not self.message


def has_role(*roles: str) -> type[IsMember]:
    """A DRF permission class: `permission_classes = [has_role(*RECORDERS)]`."""
    return type("HasRole", (IsMember,), {"roles": roles})
