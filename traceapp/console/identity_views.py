"""What an organisation's transactions are signed with: for its administrators."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import viewer_of
from traceapp.ledger import apps, credentials
from traceapp.ledger.waiting import waiting


@require_safe
@member_required(Role.ADMIN)
def identity(request: HttpRequest) -> HttpResponse:
    """The certificate in use and those before it, until when they hold, and how to replace or revoke one."""
    organisation = Organisation.objects.get(pk=viewer_of(request).acting_for)
    context = {
        "organisation": organisation,
        "credential": credentials.present(organisation.pk),
        "former": credentials.former(organisation.pk),
        "waiting": waiting(organisation.pk),
        "issues": apps.founder() is not None,
    }
    return render(request, "console/identity.html", context)
