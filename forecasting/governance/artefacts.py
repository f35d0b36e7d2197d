"""A model's fitted numbers: kept as they were hashed, hashed again before each use. JSON: nothing is executed.

Of delays: trees, weights and calibration, with which deliveries are scored anew. Of demand: who speaks for each series
and what each of them says of the periods ahead; nothing else of such a model is used after its training.
"""

import hashlib
import json
from typing import Any

from forecasting.demand.result import rounded
from forecasting.governance.models import Artefact
from forecasting.models import Run
from traceapp.commitments.canonical import canonical


class Changed(Exception):
    """What is stored is not what was registered; a sentence."""


def keep(run: Run, parameters: Any) -> None:
    """Store the numbers of a new run, in the bytes that `model_hash` is of."""
    Artefact.objects.create(run=run, content=canonical(rounded(parameters)))


def load(run: Run, expected: str) -> Any:
    """The numbers, when their SHA-256 is `expected` (hex). Raises Changed."""
    found = Artefact.objects.filter(run=run).values_list("content", flat=True).first()
    if found is None:
        raise Changed("its fitted numbers are not here")
    if hashlib.sha256(bytes(found)).hexdigest() != expected:
        raise Changed("its fitted numbers are not those that were registered")
    return json.loads(bytes(found))
