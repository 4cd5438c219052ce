"""Real tools in real containers. Skipped, visibly, where no Docker engine answers."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("mitmproxy", reason="the extra `lab` is not installed (mitmproxy needs Python 3.12 here)")
pytest.importorskip("docker", reason="the extra `lab` is not installed")

from docker.errors import APIError, NotFound

from simulator.errors import UsageError
from simulator.lab import images
from simulator.lab.engine import LABEL, connect, sweep
from simulator.lab.exercise import read_exercise
from simulator.lab.recording import Connection, Exchange, Lookup, Recording, Started, Wrote
from simulator.lab.run import RunFailed, run_exercise, run_scenarios
from simulator.lab.run import _opened as opened
from simulator.telemetry.proxy import tunnel_agent

pytestmark = [pytest.mark.docker, pytest.mark.slow]
HERE = Path(__file__).parent / "scenarios"


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> object:
    """An engine with the lab's images; one worker builds them, the others wait."""
    try:
        client = connect()
    except UsageError as error:
        pytest.skip(str(error))
    with (tmp_path_factory.getbasetemp().parent / "images.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            images.ensure(client, {"tools", "aws"}, None, print)
        except UsageError as error:
            pytest.skip(f"no images: {error}")
    return client


def recorded(docker: object, scenario: str) -> Recording:
    own = HERE / f"{scenario}.yaml"
    (recording,) = run_scenarios([str(own) if own.is_file() else scenario], client=docker).recordings
    assert recording.status == 0
    return recording


def requests(recording: Recording) -> list[tuple[str, str, int]]:
    return [(one.method, one.name, one.status) for one in recording.of(Exchange)]


def programs(recording: Recording) -> list[str]:
    return [one.image.rpartition("/")[2] for one in recording.of(Started)]


def test_rclone_to_s3(docker: object) -> None:
    recording = recorded(docker, "rclone-to-s3")
    puts = [one for one in recording.of(Exchange) if one.method == "PUT"]
    assert len(puts) == 44
    assert {one.status for one in puts} == {200}
    assert {one.user_agent.startswith("rclone/") for one in puts} == {True}
    assert sum(one.payload for one in puts) == 148_400_000
    assert sum(one.bytes_out for one in recording.of(Connection)) > sum(one.payload for one in puts)
    assert {one.name for one in recording.of(Connection)} == {puts[0].name}
    assert puts[0].name in {one.name for one in recording.of(Lookup)}
    assert programs(recording) == ["bash", "rclone", "rclone"]
    shell, *tools = recording.of(Started)
    assert {one.parent for one in tools} == {shell.pid}
    assert any("rclone.conf" in one.path for one in recording.of(Wrote))


def test_rclone_to_webdav(docker: object) -> None:
    recording = recorded(docker, "rclone-to-webdav")
    methods = [one.method for one in recording.of(Exchange)]
    assert methods.count("PUT") == 5
    assert {"PROPFIND", "MKCOL"} <= set(methods)


def test_restic_to_s3(docker: object) -> None:
    recording = recorded(docker, "restic-to-s3")
    paths = [one.path for one in recording.of(Exchange) if one.method == "PUT" and one.status == 200]
    assert any("/config" in path for path in paths)
    assert any("/data/" in path for path in paths)
    assert any("/snapshots/" in path for path in paths)
    assert sum(one.payload for one in recording.of(Exchange)) > 20 << 20


def test_curl_to_telegram(docker: object) -> None:
    recording = recorded(docker, "curl-to-telegram")
    assert requests(recording) == [("POST", "api.telegram.org", 200)]
    assert recording.of(Exchange)[0].path.endswith("/sendDocument")


def test_curl_to_file_sharing(docker: object) -> None:
    recording = recorded(docker, "curl-to-file-sharing")
    (exchange,) = recording.of(Exchange)
    assert (exchange.service, exchange.status) == ("file-sharing", 200)
    assert exchange.payload > 12_000_000


def test_python_to_telegram(docker: object) -> None:
    recording = recorded(docker, "telegram-from-python")
    assert requests(recording) == [("POST", "api.telegram.org", 200)]
    assert "python3" in programs(recording)[1]


def test_git_push_with_large_files(docker: object) -> None:
    recording = recorded(docker, "git-push")
    assert ("POST", "github.com", 200) in requests(recording)
    (stored,) = [one for one in recording.of(Exchange) if one.method == "PUT"]
    assert (stored.name, stored.payload) == ("github-cloud.s3.amazonaws.com", 6_000_000)
    assert {"git-remote-https", "git-lfs"} <= set(programs(recording))


def test_restic_through_the_proxy_to_a_bare_address(docker: object) -> None:
    recording = recorded(docker, "restic-to-rest-server")
    assert not recording.of(Lookup)
    assert {one.service for one in recording.of(Exchange) if one.method != "CONNECT"} == {"restic-server"}


def test_wget_and_megatools(docker: object) -> None:
    recording = recorded(docker, "other-tools")
    assert requests(recording) == [("POST", "bashupload.com", 200)]
    # megatools knows MEGA's public key: it hangs up on the lab, as on any proxy that opens TLS.
    assert "g.api.mega.co.nz" in {one.name for one in recording.of(Lookup)}
    assert "g.api.mega.co.nz" in {one.name for one in recording.of(Connection)}


def test_rclone_to_dropbox_and_drive(docker: object) -> None:
    """It also checks by itself that what it sent is there."""
    recording = recorded(docker, "rclone-to-clouds")
    sent = dict.fromkeys(("dropbox", "drive"), 0)
    for one in recording.of(Exchange):
        sent[one.service or ""] += one.payload
    assert min(sent.values()) > 12_900_000


def test_aws_cli_to_s3(docker: object) -> None:
    recording = recorded(docker, "aws-to-s3")
    asked = recording.of(Exchange)
    assert {"uploadId" in one.path for one in asked if one.method == "PUT"} == {True, False}
    assert all((one.user_agent or "").startswith("aws-cli/") for one in asked)


def test_agents_of_tunnels_are_what_telemetry_assumes(docker: object) -> None:
    """Go says it is Go, Python nothing, the others what they always say."""
    recording = recorded(docker, "through-the-proxy")
    pairs: dict[str, str | None] = {}
    tunnels = {one.source_port: one.user_agent for one in recording.of(Exchange) if one.method == "CONNECT"}
    for one in recording.of(Exchange):
        if one.method != "CONNECT":
            pairs[str(one.user_agent)] = tunnels[one.source_port]
    assert len(pairs) == 6
    frame = pl.DataFrame({"agent": list(pairs)}).select(tunnel_agent(pl.col("agent")).alias("assumed"))
    assert dict(zip(pairs, frame["assumed"], strict=True)) == pairs


def test_an_exercise_for_real(docker: object, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "exercise: small\nitems:\n"
        '  - {at: "00:00", scenario: git-push}\n  - {at: "00:05", scenario: curl-to-telegram}\n'
    )
    drill = read_exercise(plan)
    runs, recordings = run_exercise(drill, client=docker)
    assert [run.instance for run in runs] == [step.instance for step in drill.steps]
    assert [one.scenario for one in recordings] == ["git-push", "curl-to-telegram"]


def test_commands_that_fail_are_told(docker: object, tmp_path: Path) -> None:
    text = (HERE / "rclone-to-webdav.yaml").read_text().replace("dav.example.org: webdav", "other.example.org: webdav")
    path = tmp_path / "rclone-to-webdav.yaml"
    path.write_text(text)
    with pytest.raises(RunFailed, match=r"rclone-to-webdav ended with status"):
        run_scenarios([str(path)], client=docker)
    assert left(docker) == []


@contextlib.contextmanager
def listener() -> Iterator[int]:
    """Something on this machine that listens on all addresses."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        yield server.getsockname()[1]


def test_no_address_outside_the_lab_answers(docker: object) -> None:
    """From inside: the Internet by address and by name, this machine's other addresses, and its other services."""
    with contextlib.ExitStack() as stack:
        engine, proxy = opened(stack, docker, {})
        port = stack.enter_context(listener())
        outside = ["1.1.1.1/53", "8.8.8.8/443", "192.168.0.1/80", "10.0.0.1/22", "169.254.169.254/80"]
        outside += [f"{address}/{port}" for address in own_addresses()]
        if engine.fenced:
            outside.append(f"{engine.gateway}/{port}")
        tries = "\n".join(
            f"(timeout 2 bash -c 'exec 3<>/dev/tcp/{one}' 2>/dev/null && echo REACHED {one}) &" for one in outside
        )
        led = "timeout 3 bash -c 'exec 3<>/dev/tcp/deb.debian.org/80' && echo LED; getent ahosts deb.debian.org"
        more = "ping -c1 -W1 1.1.1.1 >/dev/null 2>&1 && echo REACHED ping; id; touch /x 2>&1"
        container = engine.container(
            images.image("tools").tag, ["bash", "-c", f"{tries}\nwait; {led}\n{more}; exit 0"], {}
        )
        container.start()
        said = engine.finish(container, 90).trace
        assert proxy.certificate
    assert "REACHED" not in said
    assert "LED" in said
    assert engine.gateway in said
    assert "uid=1000" in said
    assert "Read-only file system" in said


def own_addresses() -> list[str]:
    """This machine's addresses towards the world."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return [probe.getsockname()[0]]
    return []


def test_what_a_killed_lab_left_is_removed_by_the_next(docker: object) -> None:
    """By this test's sweep, or by that of a lab that another worker of the test runner starts just now."""
    name = f"sparring-lab-old-{uuid.uuid4().hex[:8]}"
    owner = {LABEL: name, f"{LABEL}.owner": f"{socket.gethostname()}:{2**22 + 1}"}
    with contextlib.suppress(NotFound, APIError):
        network = docker.networks.create(name, internal=True, labels=owner)
        container = docker.containers.create(
            images.image("tools").tag, ["sleep", "60"], labels=owner, network=network.name
        )
        container.start()
    time.sleep(0.2)
    sweep(docker)
    assert name not in {one.name for one in docker.networks.list()}
    assert not docker.containers.list(all=True, filters={"label": f"{LABEL}={name}"})


def test_nothing_is_left_behind(docker: object) -> None:
    recorded(docker, "curl-to-telegram")
    assert left(docker) == []


def left(docker: object) -> list[object]:
    """What this process's labs have left."""
    import os

    mine = {"label": f"{LABEL}.owner={socket.gethostname()}:{os.getpid()}"}
    return [*docker.containers.list(all=True, filters=mine), *docker.networks.list(filters=mine)]
