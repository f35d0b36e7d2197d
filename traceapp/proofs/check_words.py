"""What the check in the browser says, in the reader's language. Keys are those of static/js/check*.js and pins.js."""

from django.utils.translation import gettext as _

from traceapp.verifier.errors import Reason


def check_words() -> dict[str, object]:
    """All of it, for the page's script. Texts in braces are filled in there."""
    return {"steps": _steps(), "reasons": _reasons(), "states": _states(), **_running(), **_failing(), **_pinning()}


def at_once() -> dict[str, object]:
    """Those that are said before anything was fetched, or because nothing can be."""
    names = ("pinFirst", "pinSame", "pinNoStorage", "pinChanged", "pinKept", "noCode", "offline")
    everything = check_words()
    return {name: everything[name] for name in names}


def _steps() -> list[str]:
    """The eleven steps of a check, as the format numbers them."""
    return [
        _("The file is a proof in its one form, and shows what every proof must show."),
        _("The fingerprints of its fields, shown and hidden, lead to one root."),
        _("The answer of the ledger’s computers is about this very entry."),
        _("Those who signed the answer belong to firms in the trust file."),
        _("They signed that the ledger took the entry as valid."),
        _("As many different firms signed as the trust file asks for."),
        _("The entry was sent and signed by a member of the ledger."),
        _("The firms that the ledger’s rule asks for approved it."),
        _("It holds exactly the root that this record leads to."),
        _("The block that is shown holds the entry."),
        _("The device’s own signature is on its message."),
    ]


def _reasons() -> dict[str, str]:
    """Why a proof is refused, by the code that every checker of the format gives."""
    return {
        Reason.UNREADABLE: _("The proof could not be read."),
        Reason.MALFORMED: _("The proof does not have the form of a proof."),
        Reason.INCOMPLETE: _("A field that every proof must show is missing."),
        Reason.ATTESTATION_MISMATCH: _("The signed answer is about another entry of the ledger."),
        Reason.UNTRUSTED_SIGNER: _("Somebody signed who does not belong to the firms in the trust file."),
        Reason.BAD_SIGNATURE: _("A signature does not match what it signs."),
        Reason.INVALID_TRANSACTION: _("The ledger refused this entry."),
        Reason.NOT_ENOUGH_ATTESTATIONS: _("Too few firms signed for this entry."),
        Reason.TRANSACTION_MISMATCH: _("The entry is not the one that the proof names, or its parts disagree."),
        Reason.POLICY_NOT_MET: _("Not all firms approved the entry that had to."),
        Reason.ROOT_MISMATCH: _("The ledger holds something else than this record."),
        Reason.BLOCK_MISMATCH: _("The block does not hold this entry, or is not signed."),
        Reason.BAD_DEVICE_SIGNATURE: _("The device’s signature does not match its message."),
    }


def _states() -> dict[str, str]:
    """What the server says of a record that it has no proof of: by kind of finding, else by state."""
    return {
        "pending": _("Not yet confirmed by the ledger: there is nothing to check so far."),
        "rejected": _("The ledger refused this record."),
        "mismatch": _("The stored record does not match the ledger."),
        "missing": _("The record is on the ledger, but no longer stored."),
        "erased": _("So much of this record was erased that it cannot be proven any more."),
        "changed": _("The stored fields are not those that were written to the ledger."),
        "swapped": _("The record stands in another one’s place."),
        "columns": _("What is stored beside the record says otherwise than the record."),
        "added": _("This record is not on the ledger: it was put in afterwards."),
        "dropped": _("The record is on the ledger, but no longer stored."),
        "leaves": _("The stored fingerprints of its batch are damaged."),
        "evidence": _("The firms’ signatures that were kept beside it are gone or damaged."),
        "gone": _("There is no such record, or it is not for everyone to see."),
        "expired": _("This link has expired. Ask whoever gave it to you for a new one."),
        "revoked": _("Whoever made this link has withdrawn it. Ask them for a new one."),
    }


def _running() -> dict[str, str]:
    return {
        "checking": _("Checking step {n} of {total} …"),
        "holds": _("All {n} checks hold."),
        "noGoods": _("This proof does not show which goods: that field also holds the quantity, and is hidden."),
        "allHold": _("Done. All {total} steps hold: your browser comes to the same answer."),
        "allHoldOne": _("Done. The proof holds: your browser comes to the same answer."),
        "someHold": _("{good} of {total} steps hold. The first that does not is step {n}: {why}"),
        "noneToCheck": _("There is nothing on the ledger yet that could be checked."),
        "waiting": _("{n} more are not on the ledger yet."),
        "demo": _("This is a demo ledger on one machine: the check shows how it works, and proves nothing."),
        "custodial": _("The recorder’s key is kept by this site’s operator, who can sign in its name."),
        "deviceKey": _("The key of the device was not checked."),
        "trust": _("Checked against the trust file of {network}, version {version}."),
    }


def _failing() -> dict[str, str]:
    return {
        "offline": _("You are offline. Nothing was checked: try again when you are connected."),
        "noAnswer": _("The server does not answer. Nothing can be said of this step."),
        "serverError": _("The server failed to give the proof ({status}). Nothing can be said of this step."),
        "tooMany": _("Too many requests in a short time. Wait a minute, then check again."),
        "noCode": _("The code for the check could not be loaded. Try again, or use the saved page or the command."),
        "noTrust": _("The trust file could not be loaded or read. Without it nothing can be checked."),
        "noCrypto": _(
            "This browser can check signatures only on pages opened by https. Use the saved page or the command."
        ),
        "differs": _("The proof is good, but it is of another record than this page shows."),
    }


def _pinning() -> dict[str, object]:
    return {
        "pinFirst": _("Your browser has now noted this fingerprint. It will tell you if it ever changes."),
        "pinSame": _("The same fingerprint as when your browser noted it on {date}."),
        "pinNoStorage": _(
            "Your browser keeps nothing here (a private window, perhaps): it cannot tell whether this changed."
        ),
        "pinChanged": _("The trust file is not the one that your browser noted on {date}."),
        "pinFollows": _(
            "Version {new} follows from version {old}, which your browser knows: all that you knew stands in it."
        ),
        "pinJoined": _("New in it: {names}. Who they are, only this site says: ask a firm that you know."),
        "pinDiffers": _("Warning: this does not follow from what your browser knows. It may be another ledger."),
        "pinLost": _("The version that your browser knows is no longer to be had here, so the two cannot be compared."),
        "pinBroken": {
            "network": _("It is for another network."),
            "genesis": _("Its ledger begins with another block."),
            "channel": _("It is about another channel or contract."),
            "version": _("Its version is not higher."),
            "attestations": _("It asks for fewer signatures."),
            "organisations": _("A firm that you knew is gone or has other certificates."),
            "rules": _("A rule for the past was changed."),
            "revoked": _("A certificate that was withdrawn counts again."),
        },
        "pinAccept": _("Use version {new}"),
        "pinAcceptAnyway": _("Use the new one all the same"),
        "pinKeep": _("Keep version {old}"),
        "pinKept": _("You keep version {old}. Checks here use it."),
        "pinAccepted": _("Your browser now knows version {new}."),
        "pinKnown": _("Known to your browser:"),
        "pinShown": _("Shown here:"),
    }
