"""Train a run again from the verified rows of its day, and say whether the same came out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from forecasting import dataset
from forecasting.governance import artefacts
from forecasting.governance.windows import demand_rows, demand_text
from forecasting.hierarchy import keeping
from forecasting.models import DelayPrediction, Kind, Run
from forecasting.output import Line, lines_of_result, lines_of_run
from forecasting.pipeline import DelayResult, DemandResult, NothingToLearn
from forecasting.reasons import LeftOut
from forecasting.runtime import code, fingerprint
from forecasting.statement import delay_line, predictions_hash
from forecasting.training import Tell, train
from traceapp.ledger import verified


class Verdict(StrEnum):
    IDENTICAL = "identical"
    TOLERANCE = "tolerance"
    DIFFERENT = "different"
    PREVENTED = "prevented"
    ALTERED = "altered"
    UNPROVEN = "unproven"

    @property
    def words(self) -> str:
        return {
            "identical": "Reproduced, byte for byte",
            "tolerance": "Reproduced, within the published tolerance",
            "different": "Not reproducible: the same rows gave another forecast",
            "prevented": "Not reproducible: rows that it learnt from are no longer verified",
            "altered": "Not reproducible: what is stored here is not what was anchored",
            "unproven": "Not reproducible: the run's statement is not verified on the ledger",
        }[self.value]

    @property
    def answer(self) -> str:
        """In one of three words, as programs want it."""
        return {"identical": "identical", "tolerance": "within tolerance"}.get(self.value, "not reproducible")


@dataclass
class Answer:
    """What a repetition found. `rows`: what prevents it; `largest`: largest difference from what was anchored."""

    verdict: Verdict
    detail: str = ""
    rows: list[LeftOut] = field(default_factory=list)
    largest: float = 0.0
    differs: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def reproduced(self) -> bool:
        return self.verdict in (Verdict.IDENTICAL, Verdict.TOLERANCE)


def stored_hash(run: Run) -> str:
    """Hash of the predictions as they are stored now: equals the anchored one unless somebody changed a row."""
    if run.kind == Kind.DELAY:
        return predictions_hash(map(delay_line, DelayPrediction.objects.filter(run=run)))
    return predictions_hash(map(demand_text, demand_rows(run)))


def anchored(run: Run) -> tuple[dict[str, Any] | None, str]:
    """The run's statement as the ledger confirms it now; or None, and why not, in words."""
    if run.record_id is None:
        return None, "It has no statement."
    answer = verified.read([run.record_id])
    if answer.unverified:
        return None, answer.unverified[0].reason
    said: dict[str, Any] = answer.verified[0].body["statement"]
    if said.get("run") != str(run.uid):
        return None, "The statement on the ledger belongs to another run."
    return said, ""


def learnt_from(run: Run, most: int) -> list[str]:
    """Public ids of up to `most` records that it learnt from and that are verified now."""
    said, _ = anchored(run)
    if said is None:
        return []
    of = said["dataset"]
    read: dict[str, Any] = {"organisation": run.organisation, "block": of["asOfBlock"]}
    read["until"] = date.fromisoformat(of["until"])
    if run.kind == Kind.DELAY:
        return [row.uid for row in dataset.delay_dataset(**read).rows[:most]]
    return [row.uid for row in dataset.demand_dataset(**read, measure=said["parameters"]["measure"]).rows[:most]]


def reproduce(run: Run, tell: Tell) -> Answer:
    """Retrain from the rows known at the run's block; compare that, and what is stored here, with what was anchored."""
    said, why = anchored(run)
    if said is None:
        return Answer(Verdict.UNPROVEN, why)
    answer = _again(run, said, tell)
    altered = _altered(run, said)
    if altered and answer.reproduced:
        answer.verdict, answer.detail = Verdict.ALTERED, f"{altered} The verified rows do give what was anchored."
    elif altered:
        answer.detail = f"{answer.detail} {altered}".strip()
    return answer


def _altered(run: Run, said: dict[str, Any]) -> str:
    """What of the model and its predictions is not here as it was anchored, in sentences; nothing if all is."""
    found = []
    try:
        artefacts.load(run, said["model"])
    except artefacts.Changed as error:
        found.append(f"Of the model, {error}.")
    if stored_hash(run) != said["predictions"]["hash"]:
        found.append("The predictions stored here are not those that were anchored.")
    if _wholes_altered(run, said):
        found.append("The forecasts of brands and regions stored here are not those that were anchored.")
    return " ".join(found)


def _again(run: Run, said: dict[str, Any], tell: Tell) -> Answer:
    asked = {name: value for name, value in said["parameters"].items() if name != "seed"}
    asked["until"] = said["dataset"]["until"]
    try:
        again = train(
            run.organisation,
            Kind(said["forecast"]),
            asked,
            tell,
            block=said["dataset"]["asOfBlock"],
            plan=said.get("plan", {}).get("rows", []),
            countries=said.get("countries", {}),
        )
    except NothingToLearn as error:
        return Answer(Verdict.PREVENTED, str(error), _newly_out(run, []))
    then = {name: value for name, value in said["environment"].items() if isinstance(value, str)}
    here = code() | fingerprint()
    differs = {name: (then[name], here[name]) for name in here if name in then and then[name] != here[name]}
    if again.data.root != said["dataset"]["root"]:
        return Answer(Verdict.PREVENTED, "", _newly_out(run, again.data.left_out), differs=differs)
    same = again.predictions == said["predictions"]["hash"]
    if not same and stored_hash(run) != said["predictions"]["hash"]:
        return Answer(Verdict.DIFFERENT, "So a tolerance cannot be judged.", differs=differs)
    tolerance = said["predictions"]["tolerance"]
    largest, within = (0.0, True) if same else _compare(lines_of_run(run), lines_of_result(again.result), tolerance)
    if not within:
        return Answer(Verdict.DIFFERENT, largest=largest, differs=differs)
    off, near = _compare_wholes(run, said, again.result)
    if not near:
        return Answer(Verdict.DIFFERENT, "Of brands and regions; products and places come out.", [], off, differs)
    verdict = Verdict.IDENTICAL if same and not off else Verdict.TOLERANCE
    return Answer(verdict, largest=max(largest, off), differs=differs)


def _wholes_altered(run: Run, said: dict[str, Any]) -> bool:
    return "groups" in said and keeping.stored(run) != said["groups"]["hash"]


def _compare_wholes(run: Run, said: dict[str, Any], result: DemandResult | DelayResult) -> tuple[float, bool]:
    """The same of the forecasts of brands and regions: worked out again from the repetition of their parts.

    Those that are not stored as anchored are told elsewhere, and cannot be compared.
    """
    if not isinstance(result, DemandResult) or "groups" not in said or _wholes_altered(run, said):
        return 0.0, True
    try:
        again = keeping.again(run, result)
    except KeyError:
        return float("inf"), False
    if keeping.said(again) == said["groups"]:
        return 0.0, True
    old, new = (
        [line.split("\x1f") for line in lines] for lines in (keeping.stored_lines(run), keeping.lines_of(again))
    )
    return _compare(old, new, said["predictions"]["tolerance"])


def _newly_out(run: Run, now: list[LeftOut]) -> list[LeftOut]:
    """Rows left out today that the run did not leave out."""
    then = set(run.left_out_rows.values_list("record_uid", "batch_id", "position"))
    uids = {str(uid) for uid, _, _ in then if uid}
    places = {(batch, position) for _, batch, position in then}
    return [one for one in now if one.uid not in uids and (one.batch_id or "", one.position) not in places]


def _compare(old: Sequence[Line], new: Sequence[Line], tolerance: dict[str, float]) -> tuple[float, bool]:
    """Largest absolute difference, and whether all differences are within the tolerance."""
    words = sum(not _number(cell) for cell in old[0]) if old else 0
    before = {tuple(line[:words]): line[words:] for line in old}
    after = {tuple(line[:words]): line[words:] for line in new}
    if before.keys() != after.keys():
        return float("inf"), False
    pairs = [(float(a), float(b)) for key in before for a, b in zip(before[key], after[key], strict=True)]
    largest = max((abs(a - b) for a, b in pairs), default=0.0)
    within = all(abs(a - b) <= tolerance["absolute"] + tolerance["relative"] * abs(a) for a, b in pairs)
    return largest, within


def _number(text: str) -> bool:
    whole, point, decimals = text.lstrip("-").partition(".")
    return bool(point) and whole.isdigit() and decimals.isdigit() and len(decimals) == 6
