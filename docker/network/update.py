"""A change of the channel's configuration: what is in force, edited, and only the difference signed and sent."""

from typing import Any, Final

from traceapp.ledger.identities import LocalSigner, serialized_identity
from traceapp.ledger.messages import new_nonce
from traceapp.ledger.protos import common, configtx, encode, msp_config
from traceapp.ledger.revocation import read_crl

_PARENTS: Final = ("Application", "Orderer")


class NotInChannel(ValueError):
    """The channel's configuration has no such organisation."""


def config_of(block: bytes) -> Any:
    """The common.Config that a configuration block (common.Block) puts in force."""
    envelope = common.Envelope.FromString(common.Block.FromString(block).data.data[0])
    return configtx.ConfigEnvelope.FromString(common.Payload.FromString(envelope.payload).data).config


def revoked_in(config: Any, msp_id: str) -> set[int]:
    """The serial numbers that an organisation's definition lists as revoked. NotInChannel."""
    lists = _definition(_group(config, msp_id)[1]).revocation_list
    return {serial for pem in lists for serial in read_crl(pem)}


def with_revocations(config: Any, channel: str, msp_id: str, crl: bytes) -> bytes:
    """The configtx.ConfigUpdate (bytes) by which an organisation's definition carries this list, and no other.

    It names the versions that it was made from, so that it is refused if somebody else was faster.
    """
    parent, group = _group(config, msp_id)
    definition = _definition(group)
    del definition.revocation_list[:]
    definition.revocation_list.append(crl)
    held = group.values["MSP"]
    carried = msp_config.MSPConfig.FromString(held.value)
    carried.config = encode(definition)
    update = configtx.ConfigUpdate(channel_id=channel)
    read, written = (_path(side, config.channel_group, parent, msp_id) for side in (update.read_set, update.write_set))
    read.version = written.version = group.version
    new = written.values["MSP"]
    new.version, new.value, new.mod_policy = held.version + 1, encode(carried), held.mod_policy
    return encode(update)


def signed(update: bytes, administrator: LocalSigner) -> Any:
    """An administrator's configtx.ConfigSignature over an update."""
    creator = serialized_identity(administrator.msp_id, administrator.certificate)
    header = encode(common.SignatureHeader(creator=creator, nonce=new_nonce()))
    return configtx.ConfigSignature(signature_header=header, signature=administrator.sign(header + update))


def envelope(update: bytes, channel: str, signatures: list[Any]) -> bytes:
    """The common.Envelope to hand to `peer channel update`, whose administrator adds its own signatures."""
    header = common.ChannelHeader(type=common.CONFIG_UPDATE, channel_id=channel)
    data = encode(configtx.ConfigUpdateEnvelope(config_update=update, signatures=signatures))
    payload = common.Payload(header=common.Header(channel_header=encode(header)), data=data)
    return encode(common.Envelope(payload=encode(payload)))


def _group(config: Any, msp_id: str) -> tuple[str, Any]:
    for parent in _PARENTS:
        if msp_id in config.channel_group.groups[parent].groups:
            return parent, config.channel_group.groups[parent].groups[msp_id]
    raise NotInChannel(f"{msp_id} is not an organisation of the channel")


def _definition(group: Any) -> Any:
    carried = msp_config.MSPConfig.FromString(group.values["MSP"].value)
    return msp_config.FabricMSPConfig.FromString(carried.config)


def _path(side: Any, channel_group: Any, parent: str, msp_id: str) -> Any:
    """The organisation's group in a read or write set, with the versions of those above it."""
    side.version = channel_group.version
    above = side.groups[parent]
    above.version = channel_group.groups[parent].version
    return above.groups[msp_id]
