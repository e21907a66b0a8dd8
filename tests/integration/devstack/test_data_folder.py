"""The data folder: kept, private, one stack's at a time, and of one version."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from devstack.data_folder import DataFolder
from devstack.errors import StackError
from devstack.ports import claim, free_port, is_free, require_free
from tests.fixtures.waiting import eventually
from tests.integration.devstack.conftest import Start


def test_secrets_and_ports_are_drawn_once_and_kept(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "data")
    first.lock()
    drawn = first.config()
    first.let_go()
    assert DataFolder(tmp_path / "data").config() == drawn
    assert len(set(drawn.ports.values())) == len(drawn.ports)


def test_the_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    folder.config()
    assert stat.S_IMODE((folder.path / "config.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_what_killed_processes_left_behind_is_swept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    folder.sweep()
    (folder.temporary_folder / "pymp-left").mkdir()
    folder.sweep()
    assert list(folder.temporary_folder.iterdir()) == []
    assert stat.S_IMODE(folder.temporary_folder.stat().st_mode) == 0o700


def test_a_port_that_somebody_took_meanwhile_is_drawn_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    ports = dict(folder.config().ports)
    with socket.create_server(("127.0.0.1", ports["redis"])):
        again = folder.config().ports
    assert again["redis"] != ports["redis"]
    assert again["postgres"] == ports["postgres"]


def test_a_folder_in_use_names_the_stack_that_uses_it(start: Start) -> None:
    stack = start("base")
    stack.wait_until_ready()
    other = DataFolder(stack.folder)
    assert other.running_pid() == stack.process.pid
    with pytest.raises(StackError, match=rf"already runs .* \(process {stack.process.pid}\)"):
        other.lock()


def test_a_folder_is_free_again_once_its_stack_was_killed(start: Start) -> None:
    stack = start("base", "steady")
    stack.wait_until_ready()
    stack.process.kill()
    stack.process.wait()
    folder = DataFolder(stack.folder)
    # Its children hold the lock until the kernel has told them of its death.
    eventually("nobody holds it", lambda: folder.running_pid() is None)
    folder.lock()
    folder.let_go()


@pytest.mark.parametrize("change", [{"format": 99}, {"postgres_major": 16}])
def test_a_folder_of_another_version_is_refused(tmp_path: Path, change: dict[str, int]) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    folder.config()
    file = folder.path / "config.json"
    file.write_bytes(orjson.dumps({**orjson.loads(file.read_bytes()), **change}))
    with pytest.raises(StackError, match="made by another version of Clientele"):
        folder.config()


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("keep me")
    with pytest.raises(StackError, match="is not empty and was not made by Clientele"):
        DataFolder(tmp_path).lock()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StackError, match="cannot be used"):
        DataFolder(tmp_path / "data").lock()


def test_a_damaged_configuration_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    (folder.path / "config.json").write_text("{")
    with pytest.raises(StackError, match="is damaged"):
        folder.config()


def test_a_taken_port_is_refused_with_another_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} is taken.*--port {port + 1}"):
            require_free(port, patience_seconds=0.2)


def test_a_port_shared_for_balancing_counts_as_taken() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as server:
        assert not is_free(server.getsockname()[1])


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM], ids=lambda k: k.name)
def test_a_claimed_port_is_left_to_its_server(kind: socket.SocketKind) -> None:
    port = free_port(kind)
    assert not _claim_elsewhere(port, kind)
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind(("127.0.0.1", port))
        assert not claim(port, kind)
    assert claim(port, kind)


def test_a_claim_ends_with_its_process() -> None:
    assert claim(int(_python("ports.free_port()")))


def test_stacks_that_start_at_once_share_no_port(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path / "first"), tmp_path / "second"
    first.lock()
    drawn = first.config().ports
    second.mkdir()
    shutil.copy(first.path / "config.json", second)
    other = _python(f"list(data_folder.DataFolder(Path({str(second)!r})).config().ports.values())")
    assert set(json.loads(other)).isdisjoint(drawn.values())


def _claim_elsewhere(port: int, kind: socket.SocketKind) -> bool:
    return _python(f"ports.claim({port}, ports.{kind.name})") == "True"


def _python(expression: str) -> str:
    """What another process prints for it."""
    imports = "from pathlib import Path; from devstack import data_folder, ports"
    command = [sys.executable, "-c", f"{imports}; print({expression})"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
