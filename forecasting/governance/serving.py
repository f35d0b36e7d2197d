"""Which run an organisation serves for a purpose: the one voted live, as long as it is what was registered."""

from dataclasses import dataclass
from typing import Any

from forecasting.governance import artefacts
from forecasting.governance.models import Entry, Version
from forecasting.models import Run
from forecasting.reproduce import stored_hash
from traceapp.accounts.models import Organisation

FIGURES = {"error": "the error", "coverage": "the coverage", "bias": "the bias", "psi": "the drift"}


@dataclass(frozen=True)
class Served:
    """`run` None with a note: nothing good is left. None without one: nobody has voted on a version yet."""

    run: Run | None = None
    model: str = ""
    number: int = 0
    note: str = ""


def served(organisation: Organisation, purpose: str) -> Served:
    """The live version, checked against its hashes now; else the last good one before it, and why."""
    entry = Entry.objects.filter(
        kind=Entry.Kind.SERVING, msp_id=organisation.msp_id, pgln=organisation.pgln, purpose=purpose
    ).first()
    if entry is None or entry.content["change"] == "none":
        return Served()
    content, notes = entry.content, [_change(entry)]
    live = [content["live"]] if content["live"] else []
    for good in [*live, *reversed(content["before"])]:
        number, why = _number(good["model"]), _fault(good["model"])
        if not why:
            run = Version.objects.select_related("run__record", "run__job").get(model=good["model"]).run
            return Served(run, good["model"], number, " ".join(filter(None, [*notes, _shown(notes, number)])))
        notes.append(f"Version {number} is not shown: {why}.")
    return Served(note=" ".join(filter(None, [*notes, "No good version is left: vote on another one."])))


def version_of(run: Run) -> Entry | None:
    """The version that a run is, as the ledger has it now."""
    model = Version.objects.filter(run=run).values_list("model", flat=True).first()
    return Entry.objects.filter(key=f"model/{model}").first() if model else None


def behind(model: str) -> Entry | None:
    """The version that a rollback of this one would go back to; None if it is not live, or nothing good was before."""
    entry = Entry.objects.filter(kind=Entry.Kind.SERVING, content__live__model=model).first()
    if entry is None or not entry.content["before"]:
        return None
    return Entry.objects.filter(key=f"model/{entry.content['before'][-1]['model']}").first()


def standing(run: Run) -> str:
    """What has to be said beside a run that is a version and not live any more; nothing otherwise."""
    return _fallen(version_of(run))


def told(run: Run) -> dict[str, Any]:
    """For a page about a run: the `version` that it is, and what has to be said of it as `served_note`."""
    entry = version_of(run)
    return {"version": entry, "served_note": _fallen(entry)}


def _fallen(entry: Entry | None) -> str:
    if entry is None or entry.content["status"] not in ("suspended", "withdrawn"):
        return ""
    what = "was suspended" if entry.content["status"] == "suspended" else "was rolled back"
    return f"This is version {entry.content['version']}, which {what} on {entry.content['statusAt'][:10]}."


def _shown(notes: list[str], number: int) -> str:
    return f"Version {number}, the last good one, is shown." if any(notes) else ""


def _change(entry: Entry) -> str:
    """What ended the version before, where it was not a vote."""
    content = entry.content
    if content["change"] == "rollback":
        found = Entry.objects.filter(key=f"rollback/{content['changeId']}").first()
        return f"Version {_number(found.model)} was rolled back on {content['changedAt'][:10]}." if found else ""
    if content["change"] == "suspension":
        found = Entry.objects.filter(kind=Entry.Kind.SUSPENSION, content__id=content["changeId"]).first()
        if found is not None:
            figures = " and ".join(FIGURES[name] for name in found.content["figures"])
            who = len(found.content["reporters"])
            return (
                f"Version {_number(found.model)} was suspended on {content['changedAt'][:10]}: {who} reporters found "
                f"{figures} past the limit."
            )
    return ""


def _fault(model: str) -> str:
    """Why a version must not be used here; nothing if it is what was registered. Hashed anew each time."""
    entry = Entry.objects.filter(key=f"model/{model}").first()
    version = Version.objects.filter(model=model).select_related("run").first()
    if entry is None or version is None:
        return "it is not on this server"
    try:
        artefacts.load(version.run, entry.content["hash"])
    except artefacts.Changed as error:
        return str(error)
    if stored_hash(version.run) != entry.content["predictions"]:
        return "its predictions are not those that were registered"
    return ""


def _number(model: str) -> int:
    found = Entry.objects.filter(key=f"model/{model}").first()
    return int(found.content["version"]) if found else 0
