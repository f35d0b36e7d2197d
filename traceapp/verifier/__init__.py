"""The standalone checker of proofs: pure functions over bytes and a pinned trust file, no network, no database.

`check_evidence` and `check_anchor` say what a ledger transaction, as attested by its peers, committed to;
`check_bundle` says whether one record belongs to it. The bytes are fixed by the proof bundle's specification.
"""

from traceapp.verifier.anchor import Anchor, check_anchor, check_evidence
from traceapp.verifier.bundle import check_bundle
from traceapp.verifier.errors import NotVerified, Reason, TrustError
from traceapp.verifier.report import Report
from traceapp.verifier.trust import Trust, parse_trust

__all__ = [
    "Anchor",
    "NotVerified",
    "Reason",
    "Report",
    "Trust",
    "TrustError",
    "check_anchor",
    "check_bundle",
    "check_evidence",
    "parse_trust",
]
