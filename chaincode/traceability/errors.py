"""How the contract refuses: a code to branch on and a sentence for people."""

BAD_REQUEST = "bad_request"
FORBIDDEN = "forbidden"
NOT_FOUND = "not_found"
ALREADY_RECORDED = "already_recorded"  # the same thing was done before: a repeat, to be taken as success
CONFLICT = "conflict"  # the id is taken by something else
UNKNOWN_FUNCTION = "unknown_function"
UNKNOWN_ACCOUNT = "unknown_account"  # who is to be paid has opened no account
UNKNOWN_ROW = "unknown_row"  # not the payer's, of another currency, or spent: look at the account again
INSUFFICIENT_FUNDS = "insufficient_funds"
SAME_PERSON = "same_person"  # what two persons have to do
UNKNOWN_DEVICE = "unknown_device"
DEVICE_NOT_ACTIVE = "device_not_active"  # its key was registered later
UNKNOWN_BATCH = "unknown_batch"  # not on the ledger as it is named
ALREADY_SETTLED = "already_settled"
OVERLAP = "overlap"  # the device is on another leg at that time
ALREADY_CHALLENGED = "already_challenged"
WRONG_LEG = "wrong_leg"  # the shipment's terms name no such device
WRONG_BAND = "wrong_band"  # figures of another band than the terms'
WRONG_STATE = "wrong_state"  # the shipment stands elsewhere: read it again
TOO_LATE = "too_late"
TOO_EARLY = "too_early"
ALREADY_VOTED = "already_voted"
ALREADY_REPORTED = "already_reported"  # the reporter has had its say of the window
MODEL_SUSPENDED = "model_suspended"
DEVICE_REVOKED = "device_revoked"  # its key was rotated or revoked before


class ContractError(Exception):
    """A transaction or query the contract refuses. Its text, `code: message`, is what a peer passes on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
