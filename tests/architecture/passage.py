"""What one request passes through, counted while it is answered."""

from __future__ import annotations

import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.architecture.sources import ROOT
from tests.factories.clients import whole_client_body
from tests.fixtures.api import Api, serve
from tests.fixtures.databases import migrate
from tests.fixtures.engines import start_engines

_OURS = tuple(f"{ROOT / package}/" for package in ("services", "shared"))


def functions_of_a_patch() -> set[tuple[str, str]]:
    """File and name of each function of ours that a `PATCH /v1/clients/{id}` calls."""
    with tempfile.TemporaryDirectory() as folder, _api(Path(folder)) as api:
        patch = _patching(api)
        patch("Acme Works")  # What a process does once is not on the way of each request.
        return _called_during(lambda: patch("Acme Machines"))


@contextmanager
def _api(folder: Path) -> Iterator[Api]:
    process, engines = start_engines(folder)
    try:
        yield serve(migrate(engines))
    finally:
        process.terminate()
        process.wait(30)


def _patching(api: Api) -> Callable[[str], None]:
    """Changes the name of a client, as a caller does who repeats safely."""
    made = api.owner.call("POST", "/v1/clients", whole_client_body())
    path, etag = f"/v1/clients/{made.get_json()['id']}", made.headers["ETag"]

    def patch(name: str) -> None:
        nonlocal etag
        headers = {"If_Match": etag, "Idempotency_Key": uuid.uuid4().hex}
        answer = api.owner.call("PATCH", path, {"company_name": name}, **headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        etag = answer.headers["ETag"]

    return patch


def _called_during(work: Callable[[], None]) -> set[tuple[str, str]]:
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            codes.add(frame.f_code)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return {
        (code.co_filename, code.co_qualname)
        for code in codes
        if code.co_filename.startswith(_OURS) and not code.co_name.startswith("<")
    }
