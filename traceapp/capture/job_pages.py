"""Pages of capture jobs: a signed token says after which job the next page begins, so that new jobs shift nothing."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.request import Request

from traceapp.capture.models import CaptureJob
from traceapp.commitments.times import rfc3339
from traceapp.web.epcis_rest.exceptions import EpcisProblem

PER_PAGE, MOST = 30, 500
LIFETIME = timedelta(hours=1)
_SALT = "traceapp.capture.jobs"


@dataclass
class Page:
    """Jobs, and the headers that lead to the next page."""

    jobs: list[CaptureJob]
    headers: dict[str, str] = field(default_factory=dict)


def page_of(request: Request, jobs: QuerySet[CaptureJob], organisation_id: int) -> Page:
    """The page that `perPage` and `nextPageToken` ask for. EpcisProblem for what they cannot be."""
    size = _size(request.query_params.get("perPage", ""))
    after = _after(request.query_params.get("nextPageToken", ""), organisation_id, jobs)
    if after is not None:
        jobs = jobs.filter(Q(created__lt=after.created) | Q(created=after.created, pk__lt=after.pk))
    found = list(jobs.order_by("-created", "-pk")[: size + 1])
    if len(found) <= size:
        return Page(found)
    token = signing.dumps([organisation_id, found[size - 1].pk], salt=_SALT)
    where = request.build_absolute_uri(f"{request.path}?{urlencode({'perPage': size, 'nextPageToken': token})}")
    expires = rfc3339(timezone.now() + LIFETIME)
    return Page(found[:size], {"Link": f'<{where}>; rel="next"', "GS1-Next-Page-Token-Expires": expires})


def _size(text: str) -> int:
    if not text:
        return PER_PAGE
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise _wrong("perPage", "is a whole number above 0")
    return min(int(text), MOST)


def _after(token: str, organisation_id: int, jobs: QuerySet[CaptureJob]) -> CaptureJob | None:
    if not token:
        return None
    try:
        owner, pk = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.SignatureExpired:
        raise _wrong("nextPageToken", "has expired; ask for the first page anew") from None
    except (signing.BadSignature, ValueError, TypeError):
        raise _wrong("nextPageToken", "is no token of ours") from None
    job = jobs.filter(pk=pk).first() if owner == organisation_id else None
    if job is None:
        raise _wrong("nextPageToken", "was given to another caller")
    return job


def _wrong(parameter: str, why: str) -> EpcisProblem:
    return EpcisProblem(
        400, f"{parameter[:100]} {why}.", exception="QueryParameterException", errors=[(parameter, why)]
    )
