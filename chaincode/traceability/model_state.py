"""What lies on the ledger of models: versions, deployments and their votes, forecasts, and what reporters say of them.

Figures are integers in millionths (1e-6). Days are texts `YYYY-MM-DD`, so text order is time order.
"""

from dataclasses import dataclass
from typing import ClassVar

from chaincode.traceability.documents import Document
from chaincode.traceability.state import Holder


@dataclass(frozen=True)
class Model(Document):
    """One version of an organisation's model for a purpose, by the hashes of what it is and what it learnt from.

    `card` commits to its model card, which stays off the ledger. `deployment` is the last one proposed for it.
    `status`: `registered`, `live`, `superseded` (was live), `withdrawn` (rolled back) or `suspended`.
    """

    doc_type: ClassVar[str] = "model"

    id: str
    purpose: str
    version: int
    hash: str
    dataset: str
    predictions: str
    code: str
    card: str
    organisation: str
    msp_id: str
    recorded_at: str
    status: str
    status_at: str
    deployment: str = ""


@dataclass(frozen=True)
class ModelHash(Document):
    """Which version has a hash: the same model is registered once, so that a suspended one does not come back."""

    doc_type: ClassVar[str] = "model-hash"

    model: str


@dataclass(frozen=True)
class Good:
    """A version that was voted live, and by which deployment."""

    model: str
    deployment: str


@dataclass(frozen=True)
class Serving(Document):
    """What an organisation serves for a purpose. `live` is null where nothing is live.

    `before`: the good versions before it, the last one at the end. `versions` counts those registered. `change` says
    how the live one came to be so: `none`, `vote`, `rollback` or `suspension`, by the transaction's `change_id`.
    `decided` is the last deployment that was voted for: its electorate has a say in the next one.
    """

    doc_type: ClassVar[str] = "serving"

    organisation: str
    msp_id: str
    purpose: str
    versions: int
    live: Good | None
    before: tuple[Good, ...]
    decided: str
    change: str
    change_id: str
    changed_at: str


@dataclass(frozen=True)
class Limits:
    """In millionths: most error, least coverage, most bias to either side, most PSI."""

    error: int
    coverage: int
    bias: int
    psi: int


@dataclass(frozen=True)
class Vote:
    id: str
    msp_id: str
    organisation: str
    choice: str
    at: str


@dataclass(frozen=True)
class Deployment(Document):
    """A proposal that a version go live: who votes, how many it takes, until when, who reports on it, by which limits.

    All of that is fixed when it is proposed. `former` is the electorate that last decided, which has to agree, too, by
    its own threshold, where it is another one. `follows`: the change of what is served after which this was proposed.
    `state`: `open`, `passed` or `rejected`.
    """

    doc_type: ClassVar[str] = "deployment"

    id: str
    model: str
    purpose: str
    organisation: str
    msp_id: str
    electorate: tuple[Holder, ...]
    threshold: int
    deadline: str
    follows: str
    former: tuple[Holder, ...]
    former_threshold: int
    reporters: tuple[Holder, ...]
    limits: Limits
    votes: tuple[Vote, ...]
    state: str
    at: str
    decided_at: str = ""


@dataclass(frozen=True)
class Rollback(Document):
    """That the owner went one step back, from a version to the last good one. `reason` commits to why."""

    doc_type: ClassVar[str] = "rollback"

    id: str
    purpose: str
    from_: str
    to: str
    reason: str
    organisation: str
    msp_id: str
    at: str


@dataclass(frozen=True)
class Window:
    """Days, both included."""

    from_: str
    to: str


@dataclass(frozen=True)
class Forecast(Document):
    """What a version foretold for a window, as the hash of its predictions, before anybody knew what came.

    `timing`: `ahead` of the window, or `afterwards`. `mode`: `live` or `shadow`. `deployment` names the reporters.
    """

    doc_type: ClassVar[str] = "forecast"

    id: str
    model: str
    purpose: str
    deployment: str
    mode: str
    timing: str
    window: Window
    inputs: str
    predictions: str
    rows: int
    organisation: str
    msp_id: str
    recorded_at: str


@dataclass(frozen=True)
class Figures:
    """Of `rows` predictions whose outcome is known: error, coverage, bias and PSI in millionths."""

    rows: int
    error: int
    coverage: int
    bias: int
    psi: int


@dataclass(frozen=True)
class Group:
    """The same of a part: one region, or vendors of one size. `by`: `region` or `size`."""

    by: str
    name: str
    rows: int
    error: int
    coverage: int
    bias: int


@dataclass(frozen=True)
class Report(Document):
    """What one named reporter worked out for a forecast's window. `beyond` names the figures past their limits."""

    doc_type: ClassVar[str] = "metric"

    id: str
    forecast: str
    model: str
    deployment: str
    predictions: str
    window: Window
    figures: Figures
    groups: tuple[Group, ...]
    beyond: tuple[str, ...]
    organisation: str
    msp_id: str
    recorded_at: str


@dataclass(frozen=True)
class Suspension(Document):
    """That a version was suspended by what a majority of its reporters said of one window. `to` is served since."""

    doc_type: ClassVar[str] = "suspension"

    id: str
    model: str
    purpose: str
    forecast: str
    figures: tuple[str, ...]
    reporters: tuple[Holder, ...]
    to: str
    organisation: str
    msp_id: str
    at: str
