"""A load generator that costs little: keep-alive connections in a closed loop, raw HTTP/1.1.

Runs as a process of its own (`python -m benchmarks.load`), is told what to do as JSON on
stdin and answers with JSON on stdout. Every answer's status is checked; a single wrong one
fails the run, as what follows it would not be the work that is measured.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from benchmarks.mixture import word

CLIENTS_PER_CONNECTION = 10
# All that three letters make.
CODES = 26**3


@dataclass(frozen=True)
class Load:
    """What to send where. `kind` is create, update or mixed; `token` a workspace's key."""

    port: int
    kind: str
    token: str
    seconds: float
    connections: int = 8


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    requests: int
    seconds: float
    milliseconds: list[float] = field(repr=False)

    @property
    def per_second(self) -> float:
        """The rate."""
        return self.requests / self.seconds


def generate(load: Load) -> Outcome:
    """Run a generator process and wait for it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=orjson.dumps(asdict(load)),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Outcome(**orjson.loads(done.stdout))


def per_second(port: int, kind: str, token: str, seconds: float) -> float:
    """Requests per second of one run. Its workspace must be new: codes begin anew in each run."""
    return generate(Load(port, kind, token, seconds)).per_second


@dataclass
class Answer:
    """A status, the ETag, and the body if it is wanted."""

    status: int
    etag: str
    body: bytes


class Connection:
    """One keep-alive connection."""

    def __init__(
        self, token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._fixed = (
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nAccept: application/json\r\n"
        )

    async def ask(self, method: str, path: str, body: Any = None, more: str = "") -> Answer:
        """Send a request and read its answer."""
        payload = b"" if body is None else orjson.dumps(body)
        head = f"{method} {path} HTTP/1.1\r\n{self._fixed}{more}Content-Length: {len(payload)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + payload)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        content = await self._reader.readexactly(int(told["content-length"]))
        return Answer(int(lines[0].split()[1]), told.get("etag", ""), content)


class Client:
    """A user at one connection: makes clients, changes its own, reads them."""

    def __init__(self, connection: Connection, codes: range, seed: int) -> None:
        self._connection = connection
        self._codes = iter(codes)
        self._chance = random.Random(seed)
        self._known: list[tuple[str, str]] = []

    async def create(self) -> None:
        """`POST /v1/clients`, with one contact and one rate."""
        body = new_client(self._chance, _code(next(self._codes)))
        answer = _expect(201, await self._connection.ask("POST", "/v1/clients", body))
        if len(self._known) < CLIENTS_PER_CONNECTION:
            self._known.append((orjson.loads(answer.body)["id"], answer.etag))

    async def update(self) -> None:
        """`PATCH` of two fields, meant for the version last seen."""
        client_id, etag = self._known.pop(0)
        changes = {"address": {"city": word(self._chance)}, "current_systems": word(self._chance)}
        answer = await self._connection.ask(
            "PATCH", f"/v1/clients/{client_id}", changes, f"If-Match: {etag}\r\n"
        )
        self._known.append((client_id, _expect(200, answer).etag))

    async def read(self) -> None:
        """`GET` of one."""
        client_id, _ = self._chance.choice(self._known)
        _expect(200, await self._connection.ask("GET", f"/v1/clients/{client_id}"))

    async def mixed(self) -> None:
        """One create to two updates to four reads."""
        act = self._chance.choices((self.create, self.update, self.read), (1, 2, 4))[0]
        await act()


def new_client(chance: random.Random, code: str) -> dict[str, Any]:
    """A body as the interface sends it: everything filled in, and like no other of its code."""
    company, person = word(chance), word(chance)
    host = f"{company}-{code}.example.com".lower()
    return {
        "company_name": f"{company} {word(chance)} {code}",
        "client_code": code,
        "status": "active",
        "primary_contact": {
            "name": f"{person} {word(chance)}",
            "email": f"{person.lower()}@{host}",
            "phone": "+1 651 555 0100",
        },
        "website": f"https://{host}",
        "address": {
            "street": f"{chance.randrange(900)} {word(chance)} Street",
            "city": word(chance),
            "state": "Minnesota",
            "postal_code": f"{chance.randrange(100_000):05d}",
            "country": "US",
        },
        "industry": "Industrials",
        "company_size": "51-200",
        "annual_revenue": "5m_20m",
        "primary_service_type": "Engineering",
        "current_systems": " ".join(word(chance) for _ in range(6)),
        "technical_requirements": " ".join(word(chance) for _ in range(12)),
        "compliance_requirements": ["ISO 9001", "OSHA"],
        "rates": [{"position": "Engineer", "regular_rate": "150.00", "overtime_rate": "225.00"}],
        "contacts": [
            {"name": word(chance), "email": "ana@example.com", "phone": "+1 651 555 0101"}
        ],
        "settings": {"email_notifications": True, "quarterly_reports": False},
    }


def _code(number: int) -> str:
    letters = [chr(ord("A") + number // 26**place % 26) for place in (2, 1, 0)]
    return "".join(letters)


def _expect(status: int, answer: Answer) -> Answer:
    if answer.status != status:
        raise SystemExit(f"{answer.status} instead of {status}: {answer.body[:300]!r}")
    return answer


async def _run(load: Load) -> Outcome:
    clients = [await _client(load, number) for number in range(load.connections)]
    for client in clients:
        for _ in range(1 if load.kind == "create" else CLIENTS_PER_CONNECTION):
            await client.create()
    times: list[float] = []
    start = time.perf_counter()
    acts = [getattr(client, load.kind) for client in clients]
    await asyncio.gather(*(_loop(act, start + load.seconds, times) for act in acts))
    return Outcome(len(times), time.perf_counter() - start, times)


async def _client(load: Load, number: int) -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    share = CODES // load.connections
    codes = range(number * share, (number + 1) * share)
    return Client(Connection(load.token, reader, writer), codes, number)


async def _loop(act: Callable[[], Awaitable[None]], until: float, times: list[float]) -> None:
    while (begun := time.perf_counter()) < until:
        await act()
        times.append((time.perf_counter() - begun) * 1000)


def main() -> None:
    """Do what stdin says."""
    outcome = asyncio.run(_run(Load(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
