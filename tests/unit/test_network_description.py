"""The Fabric network's description, and that what runs it in either way follows from it."""

import gzip
import io
import json
import os
import re
import stat
import subprocess
import tarfile
import tomllib
from functools import partial

import pytest
import yaml

from docker.containers import services
from docker.containers.network import ContainerNetwork
from docker.native.nodes import Nodes
from docker.native.ports import SPAN, free_base
from docker.network import channel, connection, servers, trust
from docker.network.material import Material
from docker.network.package import package
from docker.network.topology import Topology
from tests.stack import ROOT
from traceapp.demo.consortium import FIRMS

BUILDER = ROOT / "docker" / "native" / "builder" / "bin"


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    made = Material(tmp_path_factory.mktemp("crypto"), Topology.read(base=20000))
    made.make()
    return made


def compose(name):
    return yaml.safe_load((ROOT / "docker" / name).read_text())["services"]


def test_the_networks_compose_file_is_what_the_description_yields():
    rendered = services.render(Topology.read(containers=True))
    assert services.FILE.read_text() == rendered, "run: python -m docker.containers --render"
    assert set(yaml.safe_load(rendered)["services"]) == {node.name for node in Topology.read().nodes}


def test_a_container_sees_no_keys_but_its_own():
    for name, service in compose("fabric.yml").items():
        inside = [mount.split(":")[-2 if mount.endswith(":ro") else -1] for mount in service["volumes"]]
        assert all(name in path or path == "/tls" for path in inside), name
        assert all(name in mount for mount in service["volumes"]), name


def test_every_port_is_published_to_this_machine_only():
    for file in ("compose.yml", "fabric.yml"):
        for service in compose(file).values():
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_application_in_containers_has_every_part():
    parts = {
        "postgres",
        "redis",
        "mosquitto",
        "migrate",
        "web",
        "worker",
        "watch",
        "beat",
        "deliver",
        "mqtt",
        "ledgerd",
    }
    assert set(compose("compose.yml")) == parts
    assert all(
        service["environment"]["LEDGER"] == "fabric"
        for name, service in compose("compose.yml").items()
        if name in {"web", "worker", "watch", "beat", "deliver", "mqtt", "ledgerd"}
    )


def test_every_container_is_pinned_watched_and_started_again():
    services_of = compose("compose.yml") | compose("fabric.yml")
    built = {"traceapp", "traceapp-contract"}
    for name, service in services_of.items():
        image, _, tag = service["image"].partition(":")
        assert image in built or re.fullmatch(r"\d+\.\d+(\.\d+)?", tag), f"{name} runs {service['image']}"
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert "healthcheck" in service or name in {"migrate", "beat", "deliver", "mqtt"}, (
            f"nobody looks whether {name} is well"
        )


def test_secrets_come_from_files_and_stand_in_no_environment():
    whole = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())
    used = set()
    for name, service in whole["services"].items():
        given = service.get("environment", {})
        secret = [key for key in given if re.search("PASSWORD|SECRET|_KEY|DATABASE_URL", key)]
        assert all(key.endswith("_FILE") for key in secret), name
        wanted = {given[key].removeprefix("/run/secrets/") for key in secret}
        assert wanted == set(service.get("secrets", [])), name
        used |= wanted
    assert used == set(whole["secrets"])


def test_the_secrets_that_containers_ask_for_are_made_once_in_a_folder_of_their_owners(tmp_path):
    network = ContainerNetwork(tmp_path, port=8000)
    network._make_secrets()
    asked = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())["secrets"]
    made = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(asked)
    assert made["postgres-password"] in made["database-url"]
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    network._make_secrets()
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == made


def test_nodes_are_set_the_same_as_processes_and_in_containers(material, tmp_path):
    boxed = Topology.read(base=20000, containers=True)
    for node in (*material.topology.peers, *material.topology.orderers):
        make = servers.orderer if node.kind == "orderer" else partial(servers.core, builder=tmp_path)
        here = json.dumps(make(material, node, data=tmp_path))
        there = json.dumps(make(Material(material.folder, boxed), boxed.node(node.name), data=tmp_path))
        for other in boxed.nodes:
            there = there.replace(f'"{other.name}:', '"127.0.0.1:')
        assert there.replace("0.0.0.0", "127.0.0.1") == here, node.name
    assert (
        channel.configtx(Material(material.folder, boxed))["Profiles"][channel.PROFILE]["Application"]["Policies"]
        == (channel.configtx(material)["Profiles"][channel.PROFILE]["Application"]["Policies"])
    )


def test_containers_publish_the_ports_of_the_description_and_contract_services_get_the_same_settings(tmp_path):
    topology = Topology.read()
    native = Nodes(tmp_path, Material(tmp_path, topology), {}, lambda node: "id")
    try:
        for name, service in compose("fabric.yml").items():
            node = topology.node(name)
            published = {int(port.split(":")[1]) for port in service["ports"]}
            assert published <= set(node.ports.values()), name
            assert {node.ports["main"], node.ports["operations"]} <= published, name
            if node.kind == "contract":
                settings = {key for key in native._contract(node) if key.startswith("CHAINCODE")}
                assert {key for key in service["environment"] if key.startswith("CHAINCODE")} == settings, name
    finally:
        native.processes.close()


def test_no_two_nodes_share_a_port_and_all_fit_their_block():
    topology = Topology.read(base=20000)
    used = [port for node in topology.nodes for port in node.ports.values()]
    assert len(used) == len(set(used))
    assert all(20000 <= port < 20000 + SPAN for port in used)
    assert 12_000 <= free_base() < 32_768


def test_three_organisations_three_orderers_and_every_firm_of_the_demo_is_a_member():
    topology = Topology.read()
    assert (len(topology.organisations), len(topology.orderers), topology.majority) == (3, 3, 2)
    assert topology.organisation(topology.settlement) in topology.members
    assert {(one.msp_id, one.pgln, one.name) for one in topology.recorders} == {
        (firm.msp_id, firm.pgln, firm.name) for firm in FIRMS.values()
    }


def test_an_unknown_node_or_organisation_is_named_with_the_known_ones():
    with pytest.raises(KeyError, match="orderer-1"):
        Topology.read().node("orderer-9")
    with pytest.raises(KeyError, match="KestrelMSP"):
        Topology.read().organisation("NobodyMSP")


def test_the_channel_asks_for_a_majority_of_those_with_a_peer(material):
    profile = channel.configtx(material)["Profiles"][channel.PROFILE]
    rule = "OutOf(2, 'HuertaAlbaMSP.peer', 'KestrelMSP.peer', 'GruenmarktMSP.peer')"
    policies = profile["Application"]["Policies"]
    assert policies["Endorsement"]["Rule"] == policies["LifecycleEndorsement"]["Rule"] == rule
    assert profile["Orderer"]["BatchTimeout"] == "200ms"
    assert len(profile["Orderer"]["EtcdRaft"]["Consenters"]) == 3
    assert trust.endorsement(material)[0]["rule"]["outOf"][0] == 2


def test_processes_listen_on_this_machine_only(material, tmp_path):
    topology = material.topology
    texts = [json.dumps(servers.core(material, node, data=tmp_path, builder=tmp_path)) for node in topology.peers]
    texts += [json.dumps(servers.orderer(material, node, data=tmp_path)) for node in topology.orderers]
    assert not [text for text in texts if "0.0.0.0" in text]


def test_a_package_is_the_same_bytes_each_time_and_another_for_each_organisation_and_sequence(material):
    first, second = material.topology.organisations[:2]
    assert package(material, first, 1) == package(material, first, 1)
    assert len({package(material, one, n).id for one in (first, second) for n in (1, 2)}) == 4
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(package(material, first, 1).data))) as files:
        assert json.load(files.extractfile("metadata.json")) == {"type": "ccaas", "label": "traceability_1"}


def test_an_upgrade_takes_the_other_service_of_each_organisation():
    topology = Topology.read()
    first = topology.organisations[0]
    names = [topology.contract_of(first, sequence).name for sequence in (1, 2, 3)]
    assert names == ["contract-huerta-alba", "contract-huerta-alba-2", "contract-huerta-alba"]


def test_keys_are_made_once_and_never_readable_by_others(material):
    before = {path: path.read_bytes() for path in material.folder.rglob("*.pem")}
    material.make()
    assert {path: path.read_bytes() for path in material.folder.rglob("*.pem")} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in before} == {0o600}


def test_the_connection_file_names_files_that_are_there_and_no_signing_key(material, tmp_path):
    path = connection.write(tmp_path / "application", material, 1)
    named = set(re.findall(r'"([^"/]+\.pem)"', path.read_text()))
    assert named == {file.name for file in path.parent.glob("*.pem")}
    assert [file.name for file in path.parent.glob("*key*")] == ["reader-key.pem"]


def test_the_external_builder_takes_services_only_and_passes_their_address_on(tmp_path):
    for name in ("source", "metadata", "built", "released"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "connection.json").write_text('{"address":"127.0.0.1:1"}')
    metadata = tmp_path / "metadata" / "metadata.json"

    def run(step, *folders):
        return subprocess.run([BUILDER / step, *(str(tmp_path / folder) for folder in folders)], check=False).returncode

    metadata.write_text('{"type":"golang","label":"x"}')
    assert run("detect", "source", "metadata") != 0
    metadata.write_text('{"type": "ccaas", "label": "x"}')
    assert run("detect", "source", "metadata") == 0
    assert run("build", "source", "metadata", "built") == 0
    assert run("release", "built", "released") == 0
    released = tmp_path / "released" / "chaincode" / "server" / "connection.json"
    assert released.read_text() == '{"address":"127.0.0.1:1"}'
    assert all(os.access(BUILDER / step, os.X_OK) for step in ("detect", "build", "release"))


def test_what_the_contracts_image_installs_is_what_is_locked():
    locked = {one["name"]: one["version"] for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    lines = (ROOT / "chaincode" / "requirements.txt").read_text().splitlines()
    wanted = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert wanted == {name: locked[name] for name in wanted}
    assert {"grpcio", "hyperledger-fabric-protos", "protobuf", "cryptography"} <= set(wanted)
