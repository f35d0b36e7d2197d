"""The transactions of devices' keys, and their bulk query.

Each takes one JSON object with its caller's id, works once for it, and returns the document it wrote. Any may refuse
with `bad_request`, `forbidden`, and, for what was done before, `already_recorded` or `conflict`.
"""

from chaincode.traceability import keys, queries, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.context import Context
from chaincode.traceability.device_state import Device
from chaincode.traceability.errors import BAD_REQUEST, UNKNOWN_DEVICE, ContractError
from chaincode.traceability.rules import devices
from chaincode.traceability.writing import now, put

MAX_KIDS = 1_000


def register_device(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, kid, giai, publicKey, details}: the organisation vouches for the key from now on."""
    wanted = devices.registered(devices.parse_registration(request_json), caller, now(ctx))
    key = keys.device(wanted.kid)
    if (held := ctx.get_state(key)) is not None:
        devices.refuse_taken(Device.decode(held), wanted)
    return put(ctx, key, wanted, event="device_registered")


def rotate_device(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, kid, newKid, publicKey}: another key instead, of the same device. Returns the new key's document.

    Also refuses with `unknown_device` and `device_revoked`.
    """
    asked = devices.parse_rotation(request_json)
    if (taken := ctx.get_state(keys.device(asked.new_kid))) is not None:
        devices.refuse_second_rotation(Device.decode(taken), asked, caller)
    old, new = devices.rotated(held(ctx, asked.kid), asked, caller, now(ctx))
    ctx.put_state(keys.device(old.kid), old.encode())
    return put(ctx, keys.device(new.kid), new, event="device_rotated")


def revoke_device(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, kid, reason, from}: what the key signed since then is not to be trusted. Also refuses `unknown_device`."""
    asked = devices.parse_revocation(request_json)
    ended = devices.revoked(held(ctx, asked.kid), asked, caller, now(ctx))
    return put(ctx, keys.device(ended.kid), ended, event="device_revoked")


def get_devices(ctx: Context, request_json: str) -> bytes:
    """{kids}: {kid: document or null}, for at most MAX_KIDS."""
    wanted = requests.members(request_json, ("kids",))["kids"]
    if not isinstance(wanted, list) or len(wanted) > MAX_KIDS:
        raise ContractError(BAD_REQUEST, f"kids must be a list of at most {MAX_KIDS}")
    named = list(dict.fromkeys(devices.kid(one, f"kids[{index}]") for index, one in enumerate(wanted)))
    return queries.documents(ctx, keys.device, named)


def held(ctx: Context, kid: str) -> Device:
    """The key's document. ContractError `unknown_device`."""
    found = ctx.get_state(keys.device(kid))
    if found is None:
        raise ContractError(UNKNOWN_DEVICE, f"there is no key {kid}: register it first")
    return Device.decode(found)
