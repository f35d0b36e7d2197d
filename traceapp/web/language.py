"""The language a person chose, kept in a cookie. A plain GET: it changes nothing but how pages read."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """`/language/?language=de&next=/p/...`: back to `next`, if that is one of our own pages, in that language."""
    following = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure()):
        following = "/"
    response = HttpResponseRedirect(following)
    chosen = request.GET.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        name, secure = settings.LANGUAGE_COOKIE_NAME, settings.SESSION_COOKIE_SECURE
        response.set_cookie(name, chosen, max_age=31536000, samesite="Lax", secure=secure)
    return response
