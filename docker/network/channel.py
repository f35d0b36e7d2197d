"""The channel's first configuration, as `configtx.yaml` for Fabric's configtxgen."""

from typing import Any

from docker.network.material import Material
from docker.network.topology import Node, Organisation, Topology

PROFILE = "Consortium"


def configtx(material: Material) -> dict[str, Any]:
    """The file's content: one profile, everything spelled out."""
    topology = material.topology
    members = [_member(material, one) for one in topology.members]
    return {
        "Profiles": {
            PROFILE: {
                "Policies": _implicit(topology.policies["admins"]),
                "Capabilities": {"V3_0": True},
                "Orderer": _orderer(material),
                "Application": {
                    "Organizations": members,
                    "Capabilities": {"V2_5": True},
                    "Policies": _implicit(topology.policies["admins"])
                    | {"LifecycleEndorsement": _majority(topology), "Endorsement": _majority(topology)},
                },
            }
        }
    }


def _orderer(material: Material) -> dict[str, Any]:
    topology = material.topology
    blocks = topology.blocks
    ordering = _organisation(material, topology.ordering, writers=("orderer", "admin", "client"))
    ordering["OrdererEndpoints"] = [node.endpoint for node in topology.orderers]
    return {
        "OrdererType": "etcdraft",
        "EtcdRaft": {
            "Consenters": [_consenter(material, node) for node in topology.orderers],
            "Options": {
                "TickInterval": blocks["raft_tick"],
                "ElectionTick": 10,
                "HeartbeatTick": 1,
                "MaxInflightBlocks": 5,
                "SnapshotIntervalSize": "16 MB",
            },
        },
        "BatchTimeout": blocks["timeout"],
        "BatchSize": {
            "MaxMessageCount": blocks["messages"],
            "AbsoluteMaxBytes": blocks["absolute_bytes"],
            "PreferredMaxBytes": blocks["preferred_bytes"],
        },
        "Organizations": [ordering],
        "Capabilities": {"V2_0": True},
        "Policies": _implicit(topology.policies["admins"]) | {"BlockValidation": _meta("ANY Writers")},
    }


def _consenter(material: Material, node: Node) -> dict[str, Any]:
    certificate = str(material.node(node) / "tls" / "cert.pem")
    return {"Host": node.host, "Port": node.ports["main"], "ClientTLSCert": certificate, "ServerTLSCert": certificate}


def _member(material: Material, organisation: Organisation) -> dict[str, Any]:
    peers = [node for node in material.topology.peers if node.organisation == organisation]
    found = _organisation(material, organisation, writers=("admin", "client"))
    found["Policies"]["Endorsement"] = _signature(organisation.msp_id, "peer")
    found["AnchorPeers"] = [{"Host": peer.host, "Port": peer.ports["main"]} for peer in peers]
    return found


def _organisation(material: Material, organisation: Organisation, writers: tuple[str, ...]) -> dict[str, Any]:
    msp_id = organisation.msp_id
    return {
        "Name": msp_id,
        "ID": msp_id,
        "MSPDir": str(material.of(organisation) / "msp"),
        "Policies": {
            "Readers": _signature(msp_id, "member"),
            "Writers": _signature(msp_id, *writers),
            "Admins": _signature(msp_id, "admin"),
        },
    }


def _majority(topology: Topology) -> dict[str, str]:
    # Fabric's own MAJORITY would count members that have no peer to endorse with.
    peers = ", ".join(f"'{one.msp_id}.peer'" for one in topology.organisations)
    return {"Type": "Signature", "Rule": f"OutOf({topology.majority}, {peers})"}


def _signature(msp_id: str, *roles: str) -> dict[str, str]:
    any_of = ", ".join(f"'{msp_id}.{role}'" for role in roles)
    return {"Type": "Signature", "Rule": f"OR({any_of})"}


def _meta(rule: str) -> dict[str, str]:
    return {"Type": "ImplicitMeta", "Rule": rule}


def _implicit(admins: str) -> dict[str, dict[str, str]]:
    return {"Readers": _meta("ANY Readers"), "Writers": _meta("ANY Writers"), "Admins": _meta(admins)}
