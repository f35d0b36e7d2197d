"""Payment on delivery over the API: terms, shipments, escrows, the statement, payouts. The pages say the same."""

import secrets
from typing import Any, ClassVar, cast

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import has_role
from traceapp.accounts.roles import RECORDERS, TREASURERS
from traceapp.accounts.views import acting_organisation
from traceapp.ledger import calls
from traceapp.payments import acts, confirmed_acts, exports, plain_words, selectors, terms_views
from traceapp.payments.api_shapes import (
    ActIn,
    ActWishOut,
    BalanceOut,
    CallOut,
    EntryOut,
    EscrowOut,
    PayoutOut,
    ShipmentDetail,
    ShipmentOut,
    TermsOut,
    WishIn,
    WishOut,
    terms_in,
)
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.models import Entry, Redemption
from traceapp.payments.services import MoneyError
from traceapp.web.problems import problem
from traceapp.web.templatetags.web import money

_PARTIES = sorted(TREASURERS | RECORDERS)
_STATE = OpenApiParameter("state", str, description="Only shipments in this state, such as `arrived`.")
_CURRENCY = OpenApiParameter("currency", str, required=True, description="ISO 4217, such as EUR.")
_AS = OpenApiParameter("as", str, enum=["json", "csv"])


def _terms(request: Request) -> TermsForm | Response:
    """The form with its terms, or what is wrong with them, each at its member."""
    form = TermsForm(
        _given(request),
        organisation=acting_organisation(request),
        shipment_id=calls.new_id(),
        salt=secrets.token_hex(16),
    )
    if form.is_valid():
        return form
    errors = [(name, str(why)) for name, all_of in form.errors.items() for why in all_of]
    return problem(400, errors[0][1], title="These terms cannot be agreed on", errors=errors)


def _given(request: Request) -> dict[str, Any]:
    """JSON as the form takes it: lists of codes and loggers one a line, parties by their PGLN."""
    if not isinstance(request.data, dict):
        return {}
    given = {name: value for name, value in request.data.items() if value is not None}
    for name in ("codes", "devices"):
        if isinstance(given.get(name), list):
            given[name] = "\n".join(map(str, given[name]))
    wanted = {
        name: str(given[name]) for name in ("other", "carrier", "consignee", "arbiter", "insurer") if name in given
    }
    held = dict(Organisation.objects.filter(pgln__in=wanted.values()).values_list("pgln", "pk"))
    return {**given, **{name: held.get(pgln, pgln) for name, pgln in wanted.items()}}


def _words(form: TermsForm) -> list[plain_words.Words]:
    return plain_words.words(form.cleaned_data["terms"], money, frozenset({form.cleaned_data["we_are"]}))


class Terms(APIView):
    """What terms would mean: as the contract takes them, and in words with worked examples. Nothing is stored."""

    permission_classes = (has_role(*TREASURERS),)

    @extend_schema(request=terms_in(), responses={200: TermsOut, 400: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        form = _terms(request)
        if isinstance(form, Response):
            return form
        return Response(TermsOut({"terms": form.cleaned_data["terms"], "words": _words(form)}).data)


class Shipments(generics.ListAPIView[Shipment]):
    """Shipments that your organisation is a party of, newest first; POST proposes terms, for a person to confirm."""

    serializer_class = ShipmentOut
    queryset = Shipment.objects.none()

    def get_permissions(self) -> list[Any]:
        roles = TREASURERS if self.request.method == "POST" else _PARTIES
        return [has_role(*roles)()]

    def get_queryset(self) -> Any:
        found = selectors.shipments(acting_organisation(self.request)).order_by("-block", "-pk")
        wanted = self.request.query_params.get("state")
        return found.filter(state=wanted) if wanted else found

    @extend_schema(parameters=[_STATE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @extend_schema(request=terms_in(), responses={201: WishOut, 400: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Nothing moves by it: whoever asks opens `confirm` within 15 minutes and gives their second factor."""
        form = _terms(request)
        if isinstance(form, Response):
            return form
        wish = terms_views.proposed(form, acting_organisation(request), cast(User, request.user), _words(form))
        made = {"shipment": form.shipment_id, "wish": wish, "words": _words(form)}
        return Response(WishOut(made, context={"request": request}).data, status=status.HTTP_201_CREATED)


class OneShipment(generics.RetrieveAPIView[Shipment]):
    """One shipment: terms, what was recorded, its escrows, and its sheet or what would be paid now."""

    serializer_class = ShipmentDetail
    permission_classes = (has_role(*_PARTIES),)
    queryset = Shipment.objects.none()
    lookup_field = "shipment_id"

    def get_queryset(self) -> Any:
        return selectors.shipments(acting_organisation(self.request))


def _asked(
    request: Request, shipment_id: str, shape: type[serializers.Serializer[Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(who acts on which shipment, what they ask for). 404 and 400 where there is no such one, or no such thing."""
    here = acting_organisation(request)
    found = get_object_or_404(selectors.shipments(here), shipment_id=shipment_id)
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    return {"organisation": here, "by": cast(User, request.user), "shipment": found}, dict(asked.validated_data)


class Acts(APIView):
    """What a party does on the way, without a second factor: `dispatch`, `arrive`, `take`, `contest`, `end`."""

    permission_classes = (has_role(*_PARTIES),)

    @extend_schema(request=ActIn, responses={202: CallOut, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT})
    def post(self, request: Request, shipment_id: str) -> Response:
        who, said = _asked(request, shipment_id, ActIn)
        try:
            call = acts.do(said.pop("act"), **who, said=said)
        except MoneyError as error:
            return problem(409, str(error), title="That cannot be done now")
        return Response(CallOut(call).data, status=status.HTTP_202_ACCEPTED)


class Wishes(APIView):
    """What a treasurer does by a second factor: `accept`, `fund`, `settle_agreed`, `resolve`."""

    permission_classes = (has_role(*TREASURERS),)

    @extend_schema(request=WishIn, responses={201: ActWishOut, 400: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT})
    def post(self, request: Request, shipment_id: str) -> Response:
        """Nothing moves by it: whoever asks opens `confirm` within 15 minutes and gives their second factor."""
        who, said = _asked(request, shipment_id, WishIn)
        act: str = "content" if said["act"] == "settle_agreed" else said["act"]
        try:
            wish = confirmed_acts.wish(act, **who, title=selectors.title_of(who["shipment"]), said=said)
        except MoneyError as error:
            return problem(409, str(error), title="That cannot be done now")
        told = ActWishOut({"shipment": shipment_id, "wish": wish}, context={"request": request})
        return Response(told.data, status=status.HTTP_201_CREATED)


class Escrows(generics.ListAPIView[Shipment]):
    """Money that waits for your organisation's shipments: funded, and what is left of it."""

    serializer_class = EscrowOut
    permission_classes = (has_role(*_PARTIES),)
    queryset = Shipment.objects.none()

    def get_queryset(self) -> Any:
        return (
            selectors.shipments(acting_organisation(self.request))
            .exclude(price=None, insurance=None)
            .order_by("-block", "-pk")
        )


class Balances(APIView):
    """What your organisation has, a currency each, and whether its statement adds up to it."""

    permission_classes = (has_role(*TREASURERS),)

    @extend_schema(responses=BalanceOut(many=True))
    def get(self, request: Request) -> Response:
        found: Any = selectors.balances(acting_organisation(request))
        return Response(BalanceOut(found, many=True).data)


class Statement(generics.ListAPIView[Entry]):
    """Every movement of one currency, newest first, each with the balance after it; `?as=csv`: all, oldest first."""

    serializer_class = EntryOut
    permission_classes = (has_role(*TREASURERS),)
    queryset = Entry.objects.none()

    def get_queryset(self) -> Any:
        return selectors.statement(acting_organisation(self.request), self.request.query_params.get("currency", ""))

    @extend_schema(
        parameters=[_CURRENCY, _AS],
        responses={(200, "application/json"): EntryOut(many=True), (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        if request.query_params.get("as") == "csv":
            lines = self.get_queryset().order_by("block", "position", "pk")
            told = exports.statement_csv(lines.iterator(), selectors.names())
            return StreamingHttpResponse(told, content_type="text/csv; charset=utf-8")
        return self.list(request, *args, **kwargs)


class Payouts(generics.ListAPIView[Redemption]):
    """Money that left the ledger for a bank, newest first. A bank sees all that it has to pay."""

    serializer_class = PayoutOut
    permission_classes = (has_role(*TREASURERS),)
    queryset = Redemption.objects.none()
    filterset_fields: ClassVar[list[str]] = []

    def get_queryset(self) -> Any:
        return selectors.redemptions(acting_organisation(self.request))
