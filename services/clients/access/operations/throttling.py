"""Turns to sign in: how often one may try, by address, by account, and by both.

Each key has a moment until when its turns are used up; it is kept in PostgreSQL, so a restart
forgets nothing, and it is in the past soon after the last try, so the table stays small. A
try takes a turn of every key before the password is looked at; a right one gives them back.

Nobody is locked out by another's tries: the account's own turns, which somebody with many
addresses could use up, are not asked of an address from which its user has signed in before.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from sqlalchemy import text

from services.clients.access.errors import Throttled
from services.clients.values.addresses import email_key
from shared.runtime import Runtime
from shared.security.identity import Whence


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries at once, then one in so many seconds."""

    name: str
    burst: int
    seconds: float

    @property
    def room(self) -> float:
        """How many seconds ahead a key may be when another try begins."""
        return (self.burst - 1) * self.seconds


#: An address and an account: somebody who has forgotten a password.
PAIR: Final = Limit("pair", 10, 30.0)
#: An address, whatever the account: an office of many people behind it, or a list of guesses.
ADDRESS: Final = Limit("address", 100, 6.0)
#: An account, whatever the address: many machines that guess at one.
ACCOUNT: Final = Limit("account", 30, 20.0)
#: Mails that reset a password: by address, and for one account.
RESETS_FROM: Final = Limit("resets from", 10, 60.0)
RESETS_FOR: Final = Limit("resets for", 3, 300.0)
#: How long an address counts as one from which the user signs in.
KNOWN_SECONDS: Final = 30 * 86_400.0

_CONTEXT = "access.turns"
_TAKE = text(
    "SELECT take_turn(CAST(:keys AS bytea[]), CAST(:steps AS float8[]), "
    "CAST(:rooms AS float8[]), CAST(:unless AS bytea))"
)
_GIVE_BACK = text(
    "SELECT give_turn_back(CAST(:keys AS bytea[]), CAST(:steps AS float8[]), "
    "CAST(:unless AS bytea), :seconds)"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a try has taken; the account's key comes last."""

    keys: list[bytes]
    limits: list[Limit]
    known: bytes


def take_turn(runtime: Runtime, email: str, whence: Whence) -> Turn:
    """Count a try before it is made; raises `Throttled` where there is no turn left."""
    account = email_key(email)
    turn = Turn(
        [
            _key(runtime, ADDRESS.name, whence.network),
            _key(runtime, PAIR.name, whence.network, account),
            _key(runtime, ACCOUNT.name, account),
        ],
        [ADDRESS, PAIR, ACCOUNT],
        _key(runtime, "known", whence.network, account),
    )
    _take(runtime, turn)
    return turn


def take_turn_to_ask(runtime: Runtime, limit: Limit, what: str) -> None:
    """Count what is asked for by mail, by `what` alone; raises `Throttled`."""
    _take(runtime, Turn([_key(runtime, limit.name, what)], [limit], b""))


def welcome(runtime: Runtime, email: str, whence: Whence) -> None:
    """Somebody has shown by their mailbox that they are the user: the address is theirs."""
    account = email_key(email)
    pair = _key(runtime, PAIR.name, whence.network, account)
    known = _key(runtime, "known", whence.network, account)
    give_back(runtime, Turn([pair], [PAIR], known))


def give_back(runtime: Runtime, turn: Turn) -> None:
    """The try was right: it takes no turn, and its address is one that the user has."""
    _call(runtime, _GIVE_BACK, turn, seconds=KNOWN_SECONDS)


def _take(runtime: Runtime, turn: Turn) -> None:
    pause = _call(runtime, _TAKE, turn, rooms=[limit.room for limit in turn.limits])
    if pause > 0:
        seconds = ceil(pause)
        raise Throttled(f"Try again in {seconds} s.", retry_after=seconds)


def _key(runtime: Runtime, *parts: str) -> bytes:
    return runtime.vault.keyed_hash("\0".join(parts), _CONTEXT)


def _call(runtime: Runtime, statement: Any, turn: Turn, **more: Any) -> Any:
    steps = [limit.seconds for limit in turn.limits]
    given = {"keys": turn.keys, "steps": steps, "unless": turn.known, **more}
    with runtime.login_engine.begin() as connection:
        return connection.scalar(statement, given)
