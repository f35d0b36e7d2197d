"""`POST /api/v1/sensors/messages`: signed messages in. A message's own signature is what lets it in."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import OperationalError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, UnsupportedMediaType
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.accounts.authentication import BearerTokenAuthentication
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.sensors import answers, intake
from traceapp.sensors.envelopes import EnvelopeError, messages_in
from traceapp.sensors.message import Reason
from traceapp.sensors.outcomes import Taken
from traceapp.sensors.senders import Senders
from traceapp.web.problems import problem, unavailable
from traceapp.web.request_body import BodyTooLarge, LengthError, read_body

MEDIA_TYPES = frozenset(
    {
        *("", "application/jose", "application/jwt", "text/plain", "application/json"),
        *("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq"),
    }
)

_TRY_AGAIN: Final = 30  # seconds


class _OptionalToken(BearerTokenAuthentication):
    """Says whose page counts what is of no device; one that is not valid any more keeps no signed message out."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Any] | None:
        try:
            found: tuple[AbstractBaseUser, Any] | None = super().authenticate(request)
        except AuthenticationFailed:
            return None
        return found


class Messages(APIView):
    """One message or many; each is answered by itself."""

    authentication_classes = (_OptionalToken,)
    permission_classes = (AllowAny,)
    throttle_scope = "gateway"

    @extend_schema(
        request={
            "application/jose": OpenApiTypes.STR,
            "application/json": {"type": "array", "items": {"type": "string"}},
            "application/x-ndjson": OpenApiTypes.STR,
        },
        responses={200: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT},
        auth=[],
        operation_id="sensors_messages",
        summary="Send signed device messages",
    )
    def post(self, request: Request) -> Response:
        """A compact JWS, a JSON list of them, or one a line.

        A new message is answered 202 with a signed receipt, one that was taken before 200 with the same receipt, and
        any other with the reason. Of several, each has its own answer, and a bad one does not lose the good ones.
        """
        media_type = (request._request.content_type or "").lower()
        if media_type not in MEDIA_TYPES:
            raise UnsupportedMediaType(media_type, "Send application/jose, application/json or application/x-ndjson.")
        try:
            body = read_body(request._request, settings.SENSORS_MAX_BYTES)
            messages, alone = messages_in(body, settings.SENSORS_MAX_MESSAGES)
        except LengthError:
            return problem(400, "The header Content-Length must be a number.")
        except BodyTooLarge:
            most = settings.SENSORS_MAX_BYTES
            return problem(413, f"At most {most:,} bytes are taken at once. Split the upload into several.")
        except EnvelopeError as error:
            return problem(400, str(error))
        try:
            taken = intake.take(messages, senders=Senders(member_of=_organisation_of(request)))
        except OperationalError as error:
            return _not_now(error)
        return _one(taken[0]) if alone else Response(answers.summary(taken), status=answers.of_all(taken))


def _organisation_of(request: Request) -> Organisation | None:
    organisation = viewer_of(request).organisation_id if request.auth else None
    return Organisation.objects.get(pk=organisation) if organisation else None


def _not_now(error: OperationalError) -> Response:
    """Nothing of an upload could be stored: whoever sent it keeps it."""
    told = unavailable(error)
    why = f"{told.sentence} No message of this upload was taken: keep them all, and send them again later."
    answer = problem(told.status_code, why, reason=str(Reason.STORE))
    answer["Retry-After"] = str(_TRY_AGAIN)
    return answer


def _one(taken: Taken) -> Response:
    status = answers.status_of(taken)
    if taken.refused is not None:
        reason = str(taken.refused.reason)
        return problem(status, str(taken.refused), title="Message refused", reason=reason, kid=taken.kid, seq=taken.seq)
    return Response(answers.told(taken), status=status)
