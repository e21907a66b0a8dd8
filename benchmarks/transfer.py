"""An import of 100,000 rows: against COPY, in the worker's memory, and for others in the queue.

The floor is COPY of the very rows that the import leaves, events included, into copies of the
tables with their indexes: no check, no lock, no row-level security, nothing to resume by. It
begins once the timeline tells of every row, so that nothing takes the processors from it.
Meanwhile small exports of another workspace are asked for, and how long each of them takes is
held against how long it takes when nobody imports.

Then as many rows of time: what is watched is the memory of the worker again, and how quickly they
are entered.
"""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import psutil
import psycopg

from benchmarks.results import Figure
from benchmarks.stack import Stack, new_workspace

ROWS, QUICK_ROWS = 100_000, 5_000
TABLES = (
    "clients",
    "client_codes",
    "client_search",
    "client_words",
    "client_keys",
    "contacts",
    "rates",
    "event_log",
)
_MAPPING = {
    "Name": "company_name",
    "Mail": "primary_contact.email",
    "Phone": "primary_contact.phone",
    "Street": "address.street",
    "City": "address.city",
    "Industry": "industry",
    "Person": "contacts[0].name",
    "Rate": "rates[0].regular_rate",
    "Position": "rates[0].position",
}
_TIME_HEAD = "Client,Project,Role,Employee,Day,Hours,Notes"
#: A person has one entry a day, and a day of so many people is a batch of rows.
_PERSONS = 200
_FEW = 2_000
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


@dataclass
class Bystander:
    """Asks for a small export again and again, and notes how many seconds each took."""

    http: httpx.Client
    waits: list[float] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def once(self) -> None:
        """One export from asking to done."""
        asked = time.monotonic()
        job = self.http.post("/v1/exports", json={"format": "csv"}).raise_for_status().json()
        finished(self.http, job)
        self.waits.append(time.monotonic() - asked)

    def run(self) -> None:
        """Until it is stopped."""
        while not self.stopped.is_set():
            self.once()


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """The import once, with everything that is watched meanwhile, then the floor."""
    count = QUICK_ROWS if quick else ROWS
    idle, busy = (Bystander(_caller(stack)) for _ in range(2))
    for _ in range(5):
        idle.once()
    worker = psutil.Process(stack.processes["clients-jobs"])
    _import(_caller(stack), 2_000)
    before = _memory(worker)
    watching = threading.Thread(target=busy.run)
    watching.start()
    caller = _caller(stack)
    seconds, peak = _import(caller, count, worker)
    busy.stopped.set()
    watching.join()
    whose = caller.get("/v1/workspace").json()["id"]
    told = _told(stack.databases["activity"], whose, count)
    floor = _copy(stack.databases["clients"], whose)
    waits = max(busy.waits), statistics.median(idle.waits)
    return [
        *_time(stack, count, worker),
        Figure("import_vs_copy", count / seconds, count / floor, "rows/s", at_least=0.1),
        Figure("import_memory", peak / 1e6, before / 1e6, "MB", at_most=1.25),
        Figure("import_timeline", told, count, "events", at_least=1, at_most=1),
        Figure("import_longest_wait", waits[0] * 1000, waits[1] * 1000, "ms"),
        Figure("import_held_up", (waits[0] - waits[1]) * 1000, 1000, "ms", at_most=1),
    ]


def _time(stack: Stack, count: int, worker: psutil.Process) -> list[Figure]:
    """Rows of time on one project, a few at first so that all of the code is there."""
    caller = _caller(stack)
    _project(caller)
    few, _ = _import_time(caller, _FEW, date(2020, 1, 6))
    before = _memory(worker)
    seconds, peak = _import_time(caller, count, date(2022, 1, 3), worker)
    return [
        Figure("time_import_vs_few", count / seconds, _FEW / few, "rows/s", at_least=0.5),
        Figure("time_import_memory", peak / 1e6, before / 1e6, "MB", at_most=1.25),
    ]


def _project(http: httpx.Client) -> None:
    """Of a client named ACM, one named L4."""
    contact = {"name": "Jo Park", "email": "jo@acme.example.com"}
    client = {"company_name": "Acme", "client_code": "ACM", "primary_contact": contact}
    made = http.post("/v1/clients", json=client).raise_for_status().json()
    project = {"name": "Line 4", "code": "L4", "status": "active"}
    http.post(f"/v1/clients/{made['id']}/projects", json=project).raise_for_status()


def finished(http: httpx.Client, job: Any, look: Any = None, every: float = 0.02) -> Any:
    """The job once it is over; `look` is called meanwhile."""
    while job["state"] in {"queued", "running"}:
        time.sleep(every)
        if look is not None:
            look()
        job = http.get(f"/v1/jobs/{job['id']}").raise_for_status().json()
    assert job["state"] == "done", job
    return job


def _caller(stack: Stack) -> httpx.Client:
    """A caller in a workspace of its own."""
    headers = {"Authorization": f"Bearer {new_workspace()}"}
    return httpx.Client(base_url=stack.api, headers=headers, timeout=60.0)


def _import(
    http: httpx.Client, count: int, worker: psutil.Process | None = None
) -> tuple[float, int]:
    """Clients: seconds from starting an import to its end, and the most memory the worker had."""
    sent = http.post("/v1/imports", params={"file_name": "x.csv"}, content=_file(count)).json()
    return _carry_out(http, f"/v1/imports/{sent['id']}", {"mapping": _MAPPING}, count, worker)


def _import_time(
    http: httpx.Client, count: int, first: date, worker: psutil.Process | None = None
) -> tuple[float, int]:
    """Time, likewise."""
    path = "/v1/time-entries/import"
    data = _time_file(count, first)
    sent = http.post(path, params={"file_name": "x.csv"}, content=data).json()
    path = f"{path}/{sent['id']}"
    mapping = _read(http, path)["suggested"]
    return _carry_out(http, path, {"mapping": mapping}, count, worker)


def _read(http: httpx.Client, path: str) -> Any:
    """What was sent, once it is read."""
    while (sent := http.get(path).raise_for_status().json())["state"] == "reading":
        time.sleep(0.05)
    return sent


def _carry_out(
    http: httpx.Client, path: str, body: Any, count: int, worker: psutil.Process | None
) -> tuple[float, int]:
    _read(http, path)
    seen = [0]
    begun = time.monotonic()
    started = http.post(f"{path}/start", json=body).raise_for_status().json()
    # Not often: each look is a request that the import would be charged with.
    look = lambda: seen.append(_memory(worker)) if worker else None  # noqa: E731
    job = finished(http, started, look, every=0.2)
    assert job["progress"]["created"] == count, job
    return time.monotonic() - begun, max(seen)


def _told(database: str, workspace: str, count: int) -> int:
    """How many clients the timeline says were made, once it says no more of them."""
    query = "SELECT count(*) FROM events WHERE workspace_id = %s AND type = %s"
    given = [workspace, "clients.client.created.v1"]
    before, found = -1, 0
    with psycopg.connect(database, autocommit=True) as connection:
        while found < count and before < found:
            before = found
            time.sleep(10)
            (found,) = connection.execute(query, given).fetchone() or (0,)
    return found


def _file(count: int) -> bytes:
    rows = (
        f"Works {n},info@works{n}.example.com,+1 651 555 {n % 10_000:04},{n} Main St,"
        f"Saint Paul,Industrials,Person {n},{50 + n % 100},Engineer"
        for n in range(count)
    )
    return "\n".join([",".join(_MAPPING), *rows]).encode()


def _time_file(count: int, first: date) -> bytes:
    days = (first + timedelta(days=n // _PERSONS) for n in range(count))
    rows = (
        f"ACM,L4,Engineer,Person {n % _PERSONS},{day},7.5,Drawings" for n, day in enumerate(days)
    )
    return "\n".join([_TIME_HEAD, *rows]).encode()


def _memory(worker: psutil.Process) -> int:
    return sum(each.memory_info().rss for each in [worker, *worker.children(recursive=True)])


def _copy(database: str, workspace: str) -> float:
    """Seconds that COPY takes for the workspace's rows."""
    seconds = 0.0
    with psycopg.connect(database) as connection:
        connection.execute("CREATE SCHEMA floor")
        for table in TABLES:
            seconds += _copy_table(connection, table, workspace)
        begun = time.monotonic()
        connection.commit()
        seconds += time.monotonic() - begun
        connection.execute("DROP SCHEMA floor CASCADE")
    return seconds


def _copy_table(connection: psycopg.Connection, table: str, workspace: str) -> float:
    connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
    (columns,) = connection.execute(_COLUMNS, [f"public.{table}"]).fetchone() or ("",)
    chosen = f"SELECT {columns} FROM public.{table} WHERE workspace_id = '{workspace}'"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY ({chosen}) TO STDOUT") as out:
            rows = [bytes(each) for each in out]
        begun = time.monotonic()
        with cursor.copy(f"COPY floor.{table} ({columns}) FROM STDIN") as into:
            for row in rows:
                into.write(row)
    return time.monotonic() - begun
