"""Forms of devices: add one, many from a CSV, change, give a new key, revoke, take back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from traceapp.accounts.permissions import member_required
from traceapp.capture.csv_columns import CsvRefused, RowError
from traceapp.sensors import device_csv, devices
from traceapp.sensors.devices import DeviceRefused
from traceapp.sensors.forms import AboutForm, CodeForm, DeviceForm, ImportForm, KeyForm, RevokeForm
from traceapp.sensors.identity import IdentityError, base64url, scanned
from traceapp.sensors.models import Device
from traceapp.sensors.views import MANAGERS, device_of, organisation_of

MOST_BYTES = 2 * 1024 * 1024
WAITS = "It is sent to the ledger now; messages are taken once it is there."


@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def add(request: HttpRequest) -> HttpResponse:
    """Register a device; `?code=` is what its QR code says and fills the form in."""
    initial, code_error = _scanned(request)
    organisation = organisation_of(request)
    form = DeviceForm(request.POST or None, initial=initial, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        given: Any = form.cleaned_data
        by: Any = request.user

        def register() -> Device:
            return devices.register(
                organisation=organisation,
                by=by,
                giai=given["giai"],
                public_key=given["public_key"],
                about=form.description(),
            )

        made = _attempt(form, register)
        if made is not None:
            messages.success(request, f"Registered: {made}. {WAITS}")
            return redirect("sensors:device", uid=made.uid)
    shown = {"form": form, "code": request.GET.get("code", ""), "code_error": code_error}
    return render(request, "sensors/add.html", shown)


def _scanned(request: HttpRequest) -> tuple[dict[str, str], str]:
    if "code" not in request.GET:
        return {}, ""
    form = CodeForm(request.GET)
    try:
        found = scanned(form.cleaned_data["code"] if form.is_valid() else "")
    except IdentityError as error:
        return {}, str(error)
    return {"giai": found.giai, "public_key": base64url(found.public_key)}, ""


def _attempt(form: Any, act: Callable[[], Any]) -> Any:
    """What the act answers; None, and the form says why, where it is refused."""
    try:
        return act()
    except DeviceRefused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def import_csv(request: HttpRequest) -> HttpResponse:
    """All devices of a CSV, or none and every fault with its line and column."""
    form = ImportForm(request.POST or None, request.FILES or None)
    errors: list[RowError] = []
    if request.method == "POST" and form.is_valid():
        try:
            sheet = _read(request, form)
        except CsvRefused as error:
            form.add_error("file", str(error))
        else:
            errors = sheet.errors
            if not errors and sheet.lines:
                by: Any = request.user
                made = _attempt(
                    form,
                    lambda: device_csv.register(organisation=organisation_of(request), by=by, lines=sheet.lines),
                )
                if made is not None:
                    messages.success(request, f"Registered: {len(made)} devices. They are sent to the ledger now.")
                    return redirect("sensors:devices")
            elif not errors:
                form.add_error("file", "The file has no rows below its header.")
    shown = {"form": form, "errors": errors, "columns": list(device_csv.COLUMNS), "needed": device_csv.NEEDED}
    return render(request, "sensors/import.html", shown)


def _read(request: HttpRequest, form: ImportForm) -> device_csv.Sheet:
    given = form.cleaned_data["file"]
    if given.size > MOST_BYTES:
        raise CsvRefused(f"The file has {given.size:,} bytes; at most {MOST_BYTES:,} are taken. Split it.")
    return device_csv.read(given.read(), given.name[:200], organisation_of(request))


def _form_page(request: HttpRequest, device: Device, form: Any, **shown: Any) -> HttpResponse:
    back = reverse("sensors:device", args=[device.uid])
    return render(request, "sensors/form.html", {"form": form, "device": device, "back": back, **shown})


@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def change(request: HttpRequest, uid: Any) -> HttpResponse:
    """Change what is said of a device."""
    device = device_of(request, uid)
    form = AboutForm(request.POST or None, instance=device)
    if request.method == "POST" and form.is_valid():
        devices.describe(device=device, about=vars(form.description()))
        messages.success(request, f"Saved: {device}.")
        return redirect("sensors:device", uid=device.uid)
    return _form_page(request, device, form, title="Change the device", yes="Save")


@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def rotate(request: HttpRequest, uid: Any) -> HttpResponse:
    """Give a device a new key."""
    device, by = device_of(request, uid), request.user
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _attempt(
            form,
            lambda: devices.rotate(device=device, by=by, public_key=form.cleaned_data["public_key"]),  # type: ignore[arg-type]
        )
        if made is not None:
            messages.success(request, f"The new key is {made.kid}. {WAITS}")
            return redirect("sensors:device", uid=device.uid)
    note = "The key in force ends when the ledger holds the new one. What it signed before then is still taken."
    return _form_page(request, device, form, title="Give it a new key", note=note, yes="Replace the key")


@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def revoke(request: HttpRequest, uid: Any, kid: str) -> HttpResponse:
    """Ask why and since when, say what follows, and revoke."""
    device, by = device_of(request, uid), request.user
    key = get_object_or_404(device.keys, kid=kid)
    now = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
    form = RevokeForm(request.POST or None, initial={"since": now})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> bool:
            devices.revoke(key=key, by=by, reason=given["reason"], since=given["since"])  # type: ignore[arg-type]
            return True

        if _attempt(form, act):
            messages.success(request, "Nothing more is taken from this key. The ledger is told now.")
            return redirect("sensors:device", uid=device.uid)
    note = "This cannot be undone. No message signed with this key is taken from now on, not even one that waited."
    return _form_page(request, device, form, title=f"Revoke {kid}?", note=note, yes="Revoke the key", tone="bad")


@require_POST
@member_required(*MANAGERS)
def withdraw(request: HttpRequest, uid: Any) -> HttpResponse:
    """Take back a device that the ledger rejected."""
    device = device_of(request, uid)
    try:
        devices.withdraw(device=device)
    except DeviceRefused as error:
        messages.error(request, str(error))
        return redirect("sensors:device", uid=device.uid)
    messages.success(request, "Taken back.")
    return redirect("sensors:devices")
