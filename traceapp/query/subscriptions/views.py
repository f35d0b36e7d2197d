"""Pages of subscriptions: which there are, what was sent, and how to begin, hold and end one."""

import secrets
import uuid
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.epcis.formats import EpcFormat
from traceapp.query import named
from traceapp.query.errors import QueryError
from traceapp.query.models import Delivery, NamedQuery, Subscription
from traceapp.query.subscriptions import service, topics
from traceapp.query.subscriptions.forms import SubscriptionForm
from traceapp.query.subscriptions.service import SubscriptionError
from traceapp.query.subscriptions.shown import log_of, row_of
from traceapp.web.pagination import page_of


@require_safe
@member_required()
def subscriptions(request: HttpRequest) -> HttpResponse:
    """`/subscriptions/`: our subscriptions, newest first, each with its state."""
    viewer = viewer_of(request)
    page = page_of(request, service.subscriptions_of(viewer).order_by("-pk"))
    shown = {"page": page, "rows": [row_of(one) for one in page], "may_change": viewer.has(*RECORDERS)}
    return render(request, "subscriptions/list.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*RECORDERS)
def add(request: HttpRequest) -> HttpResponse:
    """Begin one; the answer to the POST is the only page that ever shows its secret."""
    names = list(named.queries_of(viewer_of(request)).order_by("name").values_list("name", flat=True))
    viewer = viewer_of(request)
    offered = {name: one.title for name, one in topics.all_of_them().items() if viewer.has(*one.members)}
    form = SubscriptionForm(request.POST or None, names=names, topics=offered)
    if request.method == "POST" and form.is_valid():
        secret = form.cleaned_data["secret"] or secrets.token_urlsafe(32)
        made = _made(request, form, secret)
        if made is not None:
            return render(request, "subscriptions/made.html", {"row": row_of(made), "secret": secret})
    return render(request, "subscriptions/add.html", {"form": form})


def _made(request: HttpRequest, form: SubscriptionForm, secret: str) -> Subscription | None:
    """The subscription, and its query where that is new: both, or none and what is wrong shown."""
    try:
        with transaction.atomic():
            if topic := form.topic():
                here = Organisation.objects.get(pk=viewer_of(request).acting_for)
                dest, user = form.cleaned_data["dest"], cast(User, request.user)
                return service.follow(topic=topic, organisation=here, user=user, dest=dest, token=secret)
            return service.subscribe(
                query=_query(request, form),
                user=cast(User, request.user),
                given=form.given(secret),
                epc_format=EpcFormat(form.cleaned_data["epc_format"] or EpcFormat.NO_PREFERENCE),
            )
    except SubscriptionError as error:
        form.show(error)
    except named.NameTaken as error:
        form.add_error("name", str(error))
    except QueryError as error:
        form.add_error("name" if error.parameter == "name" else "conditions", f"{error}.")
    return None


def _query(request: HttpRequest, form: SubscriptionForm) -> NamedQuery:
    viewer, values = viewer_of(request), form.cleaned_data
    if values["query"]:
        return cast(NamedQuery, named.queries_of(viewer).get(name=values["query"]))
    organisation = Organisation.objects.get(pk=viewer.acting_for)
    user = cast(User, request.user)
    return named.create(organisation=organisation, user=user, name=values["name"], definition=form.definition())


def _one(request: HttpRequest, uid: uuid.UUID) -> Subscription:
    return get_object_or_404(service.subscriptions_of(viewer_of(request)), uid=uid)


@require_safe
@member_required()
def subscription(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """`/subscriptions/<id>/`: what it asks for, and its log."""
    one = _one(request, uid)
    page = page_of(request, one.deliveries.select_related("replay_of").order_by("-number"))
    shown: dict[str, Any] = {
        "row": row_of(one),
        "conditions": sorted(one.query.definition.items()) if one.query else [],
        "about": topics.named(one.topic).title if one.topic else "",
        "page": page,
        "log": [log_of(delivery) for delivery in page],
        "may_change": viewer_of(request).has(*RECORDERS),
    }
    return render(request, "subscriptions/one.html", shown)


@require_POST
@member_required(*RECORDERS)
def pause(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Send nothing until it is resumed; what comes meanwhile is sent then."""
    service.pause(_one(request, uid), by=cast(User, request.user))
    messages.success(request, _("Paused. What comes meanwhile is sent when you resume."))
    return redirect("subscription", uid)


@require_POST
@member_required(*RECORDERS)
def resume(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Go on where it stopped, also one that was given up."""
    service.resume(_one(request, uid))
    messages.success(request, _("It goes on."))
    return redirect("subscription", uid)


@require_POST
@member_required(*RECORDERS)
def end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    _one(request, uid).delete()
    messages.success(request, _("The subscription has ended. Nothing more is sent."))
    return redirect("subscriptions")


@require_POST
@member_required(*RECORDERS)
def replay(request: HttpRequest, uid: uuid.UUID, delivery: uuid.UUID) -> HttpResponse:
    """Send one delivery once more."""
    again: Delivery = get_object_or_404(_one(request, uid).deliveries, uid=delivery)
    try:
        if again.state != Delivery.State.WAITING:
            service.replay(again)
        messages.success(request, _("It is sent once more."))
    except SubscriptionError as error:
        messages.error(request, _("It cannot be sent again: %(why)s.") % {"why": error.why})
    return redirect("subscription", uid)
