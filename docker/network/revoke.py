"""Revoke a certificate on the channel: the organisation's authority lists it, and every peer gets the list.

The list stands in the organisation's own definition, which its own administrator may change (the definition's policy is
the organisation's `Admins`); so an organisation that lost a key need not wait for a majority of the others.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

from docker.network import update
from docker.network.administration import Administration
from docker.network.life import NotReady
from docker.network.material import Material
from docker.network.topology import Organisation
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.revocation import make_crl, whole_second

WITHIN = 60.0


def revoke(administration: Administration, material: Material, msp_id: str, serial: int) -> datetime:
    """Since when it is revoked: from then on every peer refuses it. Repeating it, also after a kill, is harmless.

    KeyError for an unknown organisation, CommandFailed when the orderer refuses, NotReady when peers do not follow.
    """
    organisation = material.topology.organisation(msp_id)
    known = material.revoked(organisation)
    if serial in known:
        return known[serial]
    config = update.config_of(administration.configuration())
    listed = update.revoked_in(config, msp_id)
    if serial not in listed:
        now = whole_second(datetime.now(UTC))
        serials = dict.fromkeys(listed | {serial}, now) | known
        _send(administration, material, organisation, config, serials)
    _wait_for_peers(administration, material, msp_id, serial)
    # Not before the peers refuse it: what they endorsed until now has to stay proven.
    since = whole_second(datetime.now(UTC))
    material.note_revoked(organisation, known | {serial: since})
    return since


def _send(
    administration: Administration,
    material: Material,
    organisation: Organisation,
    config: object,
    serials: dict[int, datetime],
) -> None:
    channel, owner = material.topology.channel, material.of(organisation)
    crl = make_crl(
        ca_key=(owner / "ca" / "key.pem").read_bytes(),
        ca_certificate=material.ca_certificate(organisation),
        revoked=serials,
        at=datetime.now(UTC),
    )
    wanted = update.with_revocations(config, channel, organisation.msp_id, crl)
    signature = update.signed(wanted, administrator(material, organisation))
    administration.update_channel(update.envelope(wanted, channel, [signature]))


def administrator(material: Material, organisation: Organisation) -> LocalSigner:
    """Who may change the organisation's own definition."""
    place = material.of(organisation) / "admin" / "msp"
    key, certificate = _only(place / "keystore"), _only(place / "signcerts")
    return LocalSigner(organisation.msp_id, key.read_bytes(), certificate.read_bytes())


def _only(folder: Path) -> Path:
    return next(folder.glob("*.pem"))


def _wait_for_peers(administration: Administration, material: Material, msp_id: str, serial: int) -> None:
    end = time.monotonic() + WITHIN
    for organisation in material.topology.organisations:
        while serial not in update.revoked_in(update.config_of(administration.configuration_at(organisation)), msp_id):
            if time.monotonic() > end:
                raise NotReady(f"the peer of {organisation.name} did not get the revocation within {WITHIN:.0f} s")
            time.sleep(0.1)
