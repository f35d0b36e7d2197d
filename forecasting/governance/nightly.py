"""What happens each night: reporters here work out what is due, and who drifted is trained again."""

from django.db import transaction

from forecasting.governance import monitoring
from forecasting.governance.models import Entry, Party, Retraining, Version
from forecasting.models import Run
from forecasting.services import request_training
from traceapp.accounts.models import Organisation

DRIFT = "psi"


def monitor_all() -> int:
    """Queue the monitoring of every version that an organisation here reports on; returns how many jobs there are."""
    here = {(one.msp_id, one.pgln): one for one in Organisation.objects.all()}
    named = Party.objects.filter(part=Party.Part.REPORTER).order_by().values_list("msp_id", "pgln", "model").distinct()
    jobs = [
        monitoring.request(organisation=here[msp_id, pgln], model=model)
        for msp_id, pgln, model in named
        if (msp_id, pgln) in here
    ]
    return sum(job is not None for job in jobs)


def retrain_drifted() -> int:
    """Train again what a reporter found to drift past its limit, once a report; returns how many were asked for."""
    count = 0
    versions = {one.model: one for one in Version.objects.select_related("run", "organisation")}
    done = set(Retraining.objects.values_list("key", flat=True))
    for report in Entry.objects.filter(kind=Entry.Kind.METRIC, model__in=versions):
        if DRIFT in report.content["beyond"] and report.key not in done:
            count += _retrain(report, versions[report.model])
    return count


def _retrain(report: Entry, version: Version) -> bool:
    with transaction.atomic():
        if not Retraining.objects.get_or_create(key=report.key)[1]:
            return False
        newer = Run.objects.filter(
            organisation=version.organisation, kind=version.run.kind, until__gt=version.run.until
        )
        if newer.exists():
            return False
        asked = {k: v for k, v in version.run.statement["parameters"].items() if k not in ("seed", "until")}
        request_training(organisation=version.organisation, kind=version.run.kind, parameters=asked)
    return True
