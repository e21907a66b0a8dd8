"""`clientele up` and its companions, with everything real."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import psutil
import pytest

from cli.roles import role_names
from devstack.data_folder import Config
from devstack.ports import free_port
from shared.messaging.topology import SERVICES
from tests.fixtures.processes import alive, family
from tests.fixtures.stack import RunningStack, start_stack
from tests.fixtures.waiting import eventually

_ROOT = Path(__file__).resolve().parents[2]
_ENGINES = {"postgres", "redis", "s3", "smtp"}


def clientele(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=_ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's stack keeps its data."""
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[RunningStack]:
    """A stack of this module's own: its tests kill and stop it."""
    found = start_stack(folder, "--no-demo")
    yield found
    found.stop()


def test_it_is_ready_within_thirty_seconds(running: RunningStack) -> None:
    begun = psutil.Process(running.process.pid).create_time()
    assert running.info
    written = (running.data / "stack.json").stat().st_mtime
    assert written - begun < 30


def test_stack_json_names_everything(running: RunningStack) -> None:
    info = running.info
    assert set(info) == {
        "api", "web", "admin", "services", "postgres", "redis", "s3", "smtp", "processes",
    }  # fmt: skip
    page = httpx.get(info["web"], follow_redirects=True, trust_env=False)
    assert "<h1>Sign in</h1>" in page.text
    assert set(info["admin"]) == {"email", "password", "token"}
    assert set(info["postgres"]) == set(SERVICES)
    assert set(info["services"]) == set(SERVICES) - {"clients"}
    assert set(info["s3"]) == {"endpoint", "access_key", "secret_key", "bucket"}
    assert set(info["smtp"]) == {"host", "port", "mailbox"}
    assert set(info["processes"]) == _ENGINES | set(role_names())
    assert stat.S_IMODE((running.data / "stack.json").stat().st_mode) == 0o600


def test_its_token_and_its_password_open_the_api(running: RunningStack) -> None:
    with running.client() as client:
        assert client.get("/v1/me").status_code == 200
        log_in = {key: running.info["admin"][key] for key in ("email", "password")}
        assert client.post("/v1/auth/token", json=log_in).status_code == 200


def test_all_processes_together_take_less_than_a_gibibyte_and_a_half(
    running: RunningStack,
) -> None:
    everyone = family(running.process.pid)
    assert sum(map(_proportional_bytes, everyone)) < 1.5 * 1024**3


def _proportional_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


@pytest.mark.parametrize(
    "name", ["clients-api", "activity-worker", "clients-relay", "beat", "redis", "s3", "postgres"]
)
def test_each_kind_of_process_comes_back_when_killed(running: RunningStack, name: str) -> None:
    old = running.pid(name)
    workers = family(old)[1:]
    running.kill(name)
    assert running.wait_for_restart(name, old) != old
    eventually("its workers are gone", lambda: not alive(workers))
    running.wait_until_ready()


def test_a_second_stack_runs_beside_it_and_leaves_nothing_outside_its_folder(
    running: RunningStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setenv("TMPDIR", str(outside))
    second = start_stack(tmp_path / "data", "--no-demo")
    try:
        for found in (running, second):
            with found.client() as client:
                assert client.get("/v1/me").status_code == 200
        assert not set(running.info["processes"].values()) & set(second.info["processes"].values())
        assert running.token != second.token
    finally:
        second.stop()
    assert list(outside.iterdir()) == []
    running.wait_until_ready()


def test_its_port_is_refused_to_another_stack(running: RunningStack, tmp_path: Path) -> None:
    port = urlsplit(running.api).port
    refused = clientele("up", "--data", str(tmp_path / "data"), "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.strip() == (
        f"Port {port} is taken by another program. "
        f"Stop it, or choose another port: clientele up --port {(port or 0) + 1}"
    )


def test_its_data_folder_is_refused_to_another_stack(running: RunningStack) -> None:
    refused = clientele("up", "--data", str(running.data), "--port", "1")
    assert refused.returncode == 1
    assert f"already runs on the data folder {running.data}" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_status_tells_people_and_programs(running: RunningStack) -> None:
    # The test before may have killed a process that is just coming back.
    eventually(
        "all is ready",
        lambda: clientele("status", "--data", str(running.data)).returncode == 0,
        60,
    )
    shown = clientele("status", "--data", str(running.data))
    assert shown.returncode == 0
    assert "clients            ready" in shown.stdout
    told = json.loads(clientele("status", "--json", "--data", str(running.data)).stdout)
    assert told["ready"] is True
    assert {found["name"] for found in told["processes"]} == set(running.info["processes"])


def test_the_log_of_one_process_is_shown_alone(running: RunningStack) -> None:
    shown = clientele("logs", "postgres", "--data", str(running.data)).stdout.splitlines()
    assert any("ready to accept connections" in line for line in shown)
    assert all(line.split()[1] == "postgres" for line in shown)


def test_killing_the_supervisor_leaves_nothing_and_the_data_is_there_next_time(
    running: RunningStack, folder: Path
) -> None:
    token, everyone = running.token, family(running.process.pid)
    with running.client() as client:
        made = client.post("/v1/api-keys", json={"name": "kept", "permissions": ["clients.view"]})
    assert made.status_code == 201
    running.process.kill()
    running.process.wait()
    eventually("nothing is left", lambda: not alive(everyone))
    (folder / "stack.json").unlink()
    again = start_stack(folder, "--no-demo")
    running.process = again.process
    assert running.token == token
    with running.client() as client:
        assert "kept" in client.get("/v1/api-keys").text


def test_ctrl_c_stops_everything_at_once(running: RunningStack) -> None:
    assert running.info
    everyone = family(running.process.pid)
    begun = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(30) == 0
    assert time.monotonic() - begun < 15
    assert not alive(everyone)
    assert not (running.data / "stack.json").exists()
    assert clientele("status", "--data", str(running.data)).returncode == 1


def test_it_runs_in_the_background_until_down(folder: Path, tmp_path: Path) -> None:
    port = str(free_port())
    started = clientele("up", "-d", "--data", str(folder), "--port", port, "--no-demo")
    try:
        assert started.returncode == 0, started.stderr
        assert f"http://127.0.0.1:{port}/v1" in started.stdout
        supervisor = json.loads(clientele("status", "--json", "--data", str(folder)).stdout)
        everyone = family(supervisor["supervisor"])
        assert len(everyone) > len(role_names())
    finally:
        stopped = clientele("down", "--data", str(folder))
    assert stopped.stdout == "Stopped.\n"
    assert not alive(everyone)
    again = clientele("down", "--data", str(folder))
    assert (again.returncode, again.stdout) == (0, f"No stack runs on {folder}.\n")


def test_a_replaced_server_that_is_away_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    refused = clientele(
        "up", "--data", str(tmp_path / "data"), CLIENTELE_BROKER_URL="redis://127.0.0.1:1/0"
    )
    assert refused.returncode == 1
    assert "The broker named by CLIENTELE_BROKER_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_of_another_version_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(orjson.dumps({**asdict(Config()), "format": 2}))
    refused = clientele("up", "--data", str(tmp_path), "--port", "1")
    assert refused.returncode == 1
    assert "made by another version of Clientele" in refused.stderr


def test_doctor_finds_what_is_wrong_and_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = clientele("--data", str(tmp_path / "data"), "doctor", "--port", str(port))
    assert found.returncode == 1
    assert f"FAIL  port             {port} is taken" in found.stdout
    assert f"clientele up --port {port + 1}" in found.stdout
    assert "ok    PostgreSQL" in found.stdout
