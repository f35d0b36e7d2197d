"""What the project sets of Fabric's `core.yaml` and `orderer.yaml`; everything else is left to Fabric's own defaults.

Where a program has no default of its own (it lives in the file Fabric ships), the value is spelled out here.
"""

from pathlib import Path
from typing import Any

from docker.network.material import Material
from docker.network.topology import Node, Organisation

MESSAGE_BYTES = 100 * 1024 * 1024
_CRYPTO = {"Default": "SW", "SW": {"Hash": "SHA2", "Security": 256}}


def core(material: Material, peer: Node, *, data: Path, builder: Path) -> dict[str, Any]:
    """A peer's `core.yaml`. `data` is its folder, `builder` the external builder for contract services."""
    return {
        "peer": _peer(material, peer, data),
        "vm": {"endpoint": ""},  # no Docker: a contract is a service of its own
        "chaincode": {
            "mode": "net",
            "externalBuilders": [{"name": "ccaas", "path": str(builder)}],
            "installTimeout": "60s",
            "startuptimeout": "60s",
            "executetimeout": "30s",
            "system": {"_lifecycle": "enable", "cscc": "enable", "lscc": "enable", "qscc": "enable"},
            "runtimeParams": {
                "useWriteBatch": True,
                "maxSizeWriteBatch": 1000,
                "useGetMultipleKeys": True,
                "maxSizeGetMultipleKeys": 1000,
            },
        },
        "ledger": {
            "state": {"stateDatabase": "goleveldb", "totalQueryLimit": 100_000},
            "history": {"enableHistoryDatabase": False},  # the contract asks for none
            "snapshots": {"rootDir": str(data / "snapshots")},
        },
        "operations": {"listenAddress": peer.listening("operations"), "tls": {"enabled": False}},
        "metrics": {"provider": "prometheus"},
    }


def _peer(material: Material, peer: Node, data: Path) -> dict[str, Any]:
    return {
        "id": peer.name,
        "networkId": "traceapp",
        "localMspId": peer.organisation.msp_id,
        "mspConfigPath": str(material.node(peer) / "msp"),
        "fileSystemPath": str(data),
        "listenAddress": peer.listening("main"),
        "address": peer.endpoint,
        "chaincodeListenAddress": peer.listening("chaincode"),
        "chaincodeAddress": peer.at("chaincode"),
        "gateway": {"enabled": True, "endorsementTimeout": "30s", "broadcastTimeout": "30s", "dialTimeout": "2m"},
        "gossip": _gossip(peer),
        "tls": {"enabled": True, "clientAuthRequired": False} | _tls_files(material, peer),
        "authentication": {"timewindow": "15m"},
        "client": {"connTimeout": "3s"},
        "deliveryclient": {"reconnectTotalTimeThreshold": "3600s", "connTimeout": "3s"}
        | {"reConnectBackoffThreshold": "5s", "blockGossipEnabled": False, "policy": "simple"},
        "keepalive": {"interval": "7200s", "timeout": "20s", "minInterval": "10s"}
        | {"client": {"interval": "60s", "timeout": "20s"}, "deliveryClient": {"interval": "20s", "timeout": "5s"}},
        "BCCSP": _CRYPTO,
        "handlers": {
            "authFilters": [{"name": "DefaultAuth"}, {"name": "ExpirationCheck"}, {"name": "TimeWindowCheck"}],
            "decorators": [{"name": "DefaultDecorator"}],
            "endorsers": {"escc": {"name": "DefaultEndorsement"}},
            "validators": {"vscc": {"name": "DefaultValidation"}},
        },
        "discovery": {"enabled": True, "authCacheEnabled": True, "authCacheMaxSize": 1000}
        | {"authCachePurgeRetentionRatio": 0.75, "orgMembersAllowedAccess": False},
        "limits": {"concurrency": {"endorserService": 2500, "deliverService": 2500, "gatewayService": 500}},
        "maxRecvMsgSize": MESSAGE_BYTES,
        "maxSendMsgSize": MESSAGE_BYTES,
        "profile": {"enabled": False, "listenAddress": f"{peer.listen}:0"},
    }


def _gossip(peer: Node) -> dict[str, Any]:
    # With Fabric's own intervals organisations find each other's peers only after 20 s or more.
    return {
        "bootstrap": peer.endpoint,
        "externalEndpoint": peer.endpoint,
        "useLeaderElection": False,
        "orgLeader": True,
        "reconnectInterval": "2s",
        "publishStateInfoInterval": "1s",
        "requestStateInfoInterval": "1s",
        "aliveTimeInterval": "2s",
        "pvtData": {
            "pullRetryThreshold": "60s",
            "transientstoreMaxBlockRetention": 1000,
            "pushAckTimeout": "3s",
            "btlPullMargin": 10,
            "reconcileBatchSize": 10,
            "reconcileSleepInterval": "1m",
            "reconciliationEnabled": True,
            "implicitCollectionDisseminationPolicy": {"requiredPeerCount": 0, "maxPeerCount": 1},
        },
    }


def _tls_files(material: Material, node: Node) -> dict[str, Any]:
    folder = material.node(node) / "tls"
    return {
        "cert": {"file": str(folder / "cert.pem")},
        "key": {"file": str(folder / "key.pem")},
        "rootcert": {"file": str(folder / "ca.pem")},
        "clientRootCAs": {"files": [str(folder / "ca.pem")]},
    }


def orderer(material: Material, node: Node, *, data: Path) -> dict[str, Any]:
    """An orderer's `orderer.yaml`. Its admin port asks for a certificate of the ordering organisation."""
    tls = material.node(node) / "tls"
    files = {"PrivateKey": str(tls / "key.pem"), "Certificate": str(tls / "cert.pem")}
    authority = [str(tls / "ca.pem")]
    return {
        "General": {
            "ListenAddress": node.listen,
            "ListenPort": node.ports["main"],
            "TLS": {"Enabled": True, "RootCAs": authority, "ClientAuthRequired": False} | files,
            "Keepalive": {"ServerMinInterval": "10s", "ServerInterval": "7200s", "ServerTimeout": "20s"},
            "Cluster": {"SendBufferSize": 100, "ReplicationPolicy": "simple"},
            "BootstrapMethod": "none",
            "LocalMSPDir": str(material.node(node) / "msp"),
            "LocalMSPID": node.organisation.msp_id,
            "BCCSP": _CRYPTO,
            "Authentication": {"TimeWindow": "15m"},
            "MaxRecvMsgSize": MESSAGE_BYTES,
            "MaxSendMsgSize": MESSAGE_BYTES,
        },
        "FileLedger": {"Location": str(data)},
        "Operations": {"ListenAddress": node.listening("operations"), "TLS": {"Enabled": False}},
        "Metrics": {"Provider": "prometheus"},
        "Admin": {
            "ListenAddress": node.listening("admin"),
            "TLS": {"Enabled": True, "ClientAuthRequired": True, "RootCAs": authority, "ClientRootCAs": authority}
            | files,
        },
        "ChannelParticipation": {"Enabled": True, "MaxRequestBodySize": "1 MB"},
        "Consensus": {"WALDir": str(data / "raft" / "wal"), "SnapDir": str(data / "raft" / "snapshot")},
    }


def administrator(material: Material, organisation: Organisation) -> dict[str, Any]:
    """The `core.yaml` by which the `peer` command acts as the organisation's administrator, on its own peer."""
    own = next(node for node in material.topology.peers if node.organisation == organisation)
    return {
        "peer": {
            "id": f"admin.{organisation.key}",
            "address": own.endpoint,
            "localMspId": organisation.msp_id,
            "mspConfigPath": str(material.of(organisation) / "admin" / "msp"),
            "tls": {"enabled": True} | _tls_files(material, own),
            "client": {"connTimeout": "3s"},
            "BCCSP": _CRYPTO,
        }
    }
