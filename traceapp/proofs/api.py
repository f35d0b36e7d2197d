"""Proof bundles over the API: one's own view of a record, and chosen fields of it."""

import hashlib
import re
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import permissions
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.accounts.visibility import Relation, Viewer, relation, viewer_of
from traceapp.ledger import proof, selectors
from traceapp.ledger.models import Record
from traceapp.ledger.proof import FieldsRefused, ForbiddenFields, NoProof
from traceapp.ledger.rows import PENDING
from traceapp.web.problems import problem

MOST_FIELDS: Final = 200
PROBLEMS: Final = dict.fromkeys((400, 403, 404, 409), OpenApiTypes.OBJECT)
_BETWEEN: Final = re.compile(",(?=/)")  # a pointer may hold a comma, but begins with a slash
_TRY_AGAIN: Final = "5"  # seconds: about what a batch takes to the ledger


def visible(uid: UUID, viewer: Viewer) -> tuple[Record, Relation]:
    """A record and how the viewer stands to it; NotFound where they may not know that it exists."""
    record = Record.objects.filter(uid=uid).first()
    how = relation(viewer, record) if record else None
    if record is None or how is None:
        raise NotFound("There is no such record, or it is not for you to see.")
    return record, how


def file_of(request: Request | HttpRequest, bundle: bytes, uid: UUID) -> HttpResponse:
    """The bytes as they are: another layout of the same JSON would be refused by every checker.

    They are made anew for each request, so that nobody gets a proof of what no longer stands; who has them already
    is told so by a 304.
    """
    tag = f'"{hashlib.sha256(bundle).hexdigest()}"'
    answer = HttpResponse(bundle, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="proof-{uid}.json"'
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ("Authorization", "Cookie"))
    plain = request._request if isinstance(request, Request) else request
    return get_conditional_response(plain, etag=tag, response=answer) or answer


def unproven(error: NoProof, record: Record | None = None) -> Response:
    """409 with the record's state: `pending` (and how far it has come), `rejected`, `mismatch`, `missing`, `erased`."""
    more = {"what": error.what} if error.what else {}
    if record is not None and error.state == PENDING:
        more["ledgerState"] = selectors.state_of(record).value
    answer = problem(409, error.reason, title="Not verified", state=error.state, **more)
    if error.state == PENDING:
        answer["Retry-After"] = _TRY_AGAIN
    return answer


def refused(error: FieldsRefused) -> Response:
    """403 for fields that are not for this reader, 400 for those that the record does not have."""
    if isinstance(error, ForbiddenFields):
        why = "This field is not for you to see. Who recorded it decides who may."
        return problem(403, str(error), title="Not for you", errors=[(one, why) for one in error.pointers])
    why = "The record has no such field that you could show. Fields are pointers such as /event/bizStep."
    return problem(400, str(error), title="Unknown fields", errors=[(one, why) for one in error.pointers])


class ProofView(APIView):
    permission_classes = [permissions.AllowAny]

    @extend_schema(
        parameters=[
            OpenApiParameter("fields", str, description="Pointers such as /event/bizStep, with commas between them.")
        ],
        responses={200: OpenApiTypes.OBJECT, 304: None, **PROBLEMS},
        operation_id="proof",
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        """The proof bundle of a record, with the fields you may see, or those of them you ask for; the others are
        hidden, each behind its digest. Public records need no account. 409 with the record's state where it is not
        verified now."""
        record, how = visible(uid, viewer_of(request))
        fields = _fields(request)
        if fields is not None and len(fields) > MOST_FIELDS:
            why = f"Name at most {MOST_FIELDS} fields; a list such as /event/epcList stands for all its elements."
            return problem(400, why, title="Too many fields")
        try:
            return file_of(request, proof.make(record, how, fields=fields), uid)
        except NoProof as error:
            return unproven(error, record)
        except FieldsRefused as error:
            return refused(error)


def _fields(request: Request) -> list[str] | None:
    asked = request.query_params.getlist("fields")
    if not asked:
        return None
    return [one for text in asked for one in _BETWEEN.split(text) if one]
