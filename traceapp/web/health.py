"""Is the process alive, can it do its work, and what are its figures."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from traceapp.web import metrics


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when it does not."""
    ready = database_answers()
    return JsonResponse({"ready": ready, "database": ready}, status=200 if ready else 503)


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """What the rooms count. No figure in it names an organisation's goods; keep it behind the proxy all the same."""
    up = metrics.Metric("traceapp_database_up", "1 when the database answers.", (metrics.Sample(database_answers()),))
    text = metrics.render([up, *metrics.collect()])
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
