"""`/epcis/vocabularies`: the master data that one's organisation has sent in documents, as it was sent.

The standard's REST bindings have no resource for master data; this one answers the document that would send it again.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.visibility import viewer_of
from traceapp.commitments.times import rfc3339
from traceapp.epcis.xml_writer import write_xml
from traceapp.masterdata.models import VocabularyEntry
from traceapp.masterdata.vocabulary import entries_of
from traceapp.query import document, tokens
from traceapp.query.answers import next_headers, problem_of
from traceapp.query.api import PAGED
from traceapp.query.asked import Asked, asked_for
from traceapp.query.errors import QueryError
from traceapp.query.standard import uris
from traceapp.query.tokens import PageToken
from traceapp.web.epcis_rest.views import EpcisView

_BY = ("type", "id")


class Vocabularies(EpcisView):
    @extend_schema(
        parameters=[
            *PAGED,
            OpenApiParameter("type", str, description="URI of a vocabulary."),
            OpenApiParameter("id", str, description="An identifier, in any form."),
        ],
        responses={200: OpenApiTypes.OBJECT, 400: OpenApiTypes.OBJECT},
        operation_id="epcis_vocabularies",
    )
    def get(self, request: Request) -> Response:
        """Your organisation's master data, in the header of an EPCISDocument."""
        viewer = viewer_of(request)
        try:
            asked = asked_for(request, viewer, "vocabularies")
            unknown = sorted(set(asked.parameters) - {*_BY, "@context"})
            if unknown:
                raise QueryError(unknown[0], "is not a parameter of this resource")
            (wanted,) = uris("id", asked.parameters["id"]) if "id" in asked.parameters else ("",)
        except ValueError as error:
            wrong = error if isinstance(error, QueryError) else QueryError("id", "one identifier is expected")
            raise problem_of(wrong) from error
        rows = entries_of(
            viewer.organisation_id, vocabulary=str(asked.parameters.get("type", "")), identifier=str(wanted)
        )
        found = list(rows.filter(pk__gt=asked.after.pk if asked.after else 0).order_by("pk")[: asked.size + 1])
        return self._answer(request, asked, found)

    def _answer(self, request: Request, asked: Asked, found: list[VocabularyEntry]) -> Response:
        made = _document(found[: asked.size])
        headers = {}
        if len(found) > asked.size:
            state = [asked.bound, None, found[asked.size - 1].pk, None]
            issued = tokens.issue(PageToken(asked.resource, asked.caller, asked.parameters, state))
            headers = next_headers(request, asked.size, issued)
        return self.answer(request, made, xml=lambda: write_xml(made), headers=headers)


def _document(entries: list[VocabularyEntry]) -> dict[str, Any]:
    lists: dict[str, list[Any]] = {}
    prefixes: dict[str, str] = {}
    for one in entries:
        lists.setdefault(one.vocabulary, []).append(one.entry)
        prefixes |= one.context
    vocabularies = [{"type": name, "vocabularyElementList": members} for name, members in lists.items()]
    return {
        "@context": [document.CONTEXT, prefixes] if prefixes else [document.CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": rfc3339(timezone.now()),
        "epcisHeader": {"epcisMasterData": {"vocabularyList": vocabularies}},
        "epcisBody": {"eventList": []},
    }
