"""Pages of devices: a list, a device, and what can be done with it. Only one's own organisation's."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS, Role
from traceapp.accounts.visibility import viewer_of
from traceapp.sensors import broker, refusals, selectors
from traceapp.sensors.models import Device, Message
from traceapp.sensors.page_readings import readings_of
from traceapp.web.pagination import page_of

MANAGERS: Final = (*sorted(RECORDERS), Role.QUALITY)


def organisation_of(request: HttpRequest) -> Organisation:
    return Organisation.objects.get(pk=viewer_of(request).acting_for)


def device_of(request: HttpRequest, uid: Any) -> Device:
    """404 for whatever is not one's own."""
    return get_object_or_404(selectors.devices_of(viewer_of(request)), uid=uid)


@require_safe
@member_required()
def devices(request: HttpRequest) -> HttpResponse:
    """The organisation's devices."""
    viewer, search = viewer_of(request), request.GET.get("q", "").strip()[:100]
    page = page_of(request, selectors.devices_of(viewer, search))
    rows = [
        {"device": one, "state": selectors.state_of(keys[0]) if (keys := list(one.keys.all())) else None,
         "calibration": selectors.calibration_of(one)}
        for one in page.object_list
    ]  # fmt: skip
    strangers = [] if search else selectors.refusals_without_a_device(viewer)
    shown = {"page": page, "rows": rows, "search": search, "refusals": strangers}
    return render(request, "sensors/devices.html", {**shown, "may_manage": viewer.has(*MANAGERS)})


@require_safe
@member_required()
def device(request: HttpRequest, uid: Any) -> HttpResponse:
    """One device: how it is, its keys, what it sent, what is missing and what was refused."""
    one = device_of(request, uid)
    keys = list(one.keys.all())
    shown = {
        "device": one,
        "keys": [{"key": key, "state": selectors.state_of(key)} for key in keys],
        "current": next((key for key in keys if key.state == key.State.ACTIVE and key.stopped_at is None), None),
        "calibration": selectors.calibration_of(one),
        "sequences": selectors.sequences(one),
        "gaps": selectors.gaps(one),
        "refusals": selectors.refusals_of(one),
        "late": selectors.late_of(one),
        "page": page_of(request, selectors.messages_of(one)),
        "may_manage": viewer_of(request).has(*MANAGERS),
    }
    return render(request, "sensors/device.html", shown)


@require_safe
@member_required(*MANAGERS)
def access(request: HttpRequest, uid: Any) -> HttpResponse:
    """How the device reaches us: addresses, and the password for the broker, for those who set it up."""
    one = device_of(request, uid)
    kids = [key.kid for key in one.keys.all() if key.state != key.State.REVOKED and key.stopped_at is None]
    rows = [{"kid": kid, "topic": broker.messages_topic(kid), "password": broker.password(kid)} for kid in kids]
    return render(request, "sensors/access.html", {"device": one, "rows": rows})


@require_POST
@member_required(*MANAGERS)
def acknowledge(request: HttpRequest, uid: Any) -> HttpResponse:
    """Somebody has looked at what was refused."""
    one, by = device_of(request, uid), request.user
    refusals.acknowledge(whose=one, reason=request.POST.get("reason", ""), by=by)  # type: ignore[arg-type]
    messages.success(request, "Noted that you have seen it.")
    return redirect("sensors:device", uid=one.uid)


@require_POST
@member_required(*MANAGERS)
def acknowledge_unknown(request: HttpRequest) -> HttpResponse:
    """Somebody has looked at what came from devices that are not registered."""
    by: Any = request.user
    refusals.acknowledge(whose=organisation_of(request), reason=request.POST.get("reason", ""), by=by)
    messages.success(request, "Noted that you have seen it.")
    return redirect("sensors:devices")


@require_safe
@member_required()
def message(request: HttpRequest, uid: Any) -> HttpResponse:
    """One message: what it says, by its stored bytes as hashed now, and its proof."""
    viewer = viewer_of(request)
    found = Message.objects.select_related("record", "key__device")
    one = get_object_or_404(found, record__uid=uid, key__device__organisation_id=viewer.acting_for)
    return render(request, "sensors/message.html", {"message": one, **readings_of(one)})
