"""Redis as a broker that may be full, read-only, replaced or unable to write its file.

kombu takes what a server refuses for a defect of the program: a worker ends over it, and is not
there to drain what the server is full of. Here a refusal is an outage of the connection, after
which a worker, a relay and beat go on by themselves. Where there is room for nothing, a message is
worked on all the same; it is only not remembered in Redis meanwhile, which nothing rests on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kombu.transport import redis as of_kombu
from kombu.transport.virtual import QoS as WithoutRedis
from redis import Connection, SSLConnection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ReadOnlyError, ResponseError

#: The name of this transport in Celery's settings.
NAME = f"{__name__}:Transport"


class _Following:
    """Lets go of a server that only reads: another writes now, perhaps at the same address."""

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """What the server answers; raises `Lost` where it was demoted."""
        try:
            return super().read_response(*args, **kwargs)  # type: ignore[misc]  # Mixed in below.
        except ReadOnlyError as error:
            self.disconnect()  # type: ignore[attr-defined]
            raise Lost("the server only reads") from error


class FollowingConnection(_Following, Connection):
    """A connection to whoever may be written to."""


class FollowingSSLConnection(_Following, SSLConnection):
    """The same over TLS."""


class QoS(of_kombu.QoS):
    """What a worker has taken and not yet acknowledged."""

    def append(self, message: Any, delivery_tag: str) -> None:
        """Remember a message that was taken, here alone where Redis has no room."""
        try:
            super().append(message, delivery_tag)  # type: ignore[no-untyped-call]
        except ResponseError:
            WithoutRedis.append(self, message, delivery_tag)  # type: ignore[no-untyped-call]

    def ack(self, delivery_tag: str) -> None:
        """Forget a message that was worked on, and let another be taken, whatever Redis says.

        A full one takes no transaction, even of what frees memory.
        """
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except ResponseError:
            with suppress(ResponseError), self.channel.conn_or_acquire() as client:
                client.zrem(self.unacked_index_key, delivery_tag)
                client.hdel(self.unacked_key, delivery_tag)
        finally:
            WithoutRedis.ack(self, delivery_tag)  # type: ignore[no-untyped-call]

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Give a message back, or let it go where Redis has no room: what it told is pulled."""
        try:
            super().reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call]
        except ResponseError:
            return
        finally:
            WithoutRedis.ack(self, delivery_tag)  # type: ignore[no-untyped-call]

    def restore_visible(self, *args: Any, **kwargs: Any) -> None:
        """Bring back what dead workers had taken, unless Redis has no room for the lock."""
        try:
            super().restore_visible(*args, **kwargs)  # type: ignore[no-untyped-call]
        except ResponseError:
            return


class Channel(of_kombu.Channel):
    """kombu's channel over such connections."""

    QoS = QoS
    connection_class = FollowingConnection
    connection_class_ssl = FollowingSSLConnection


class Transport(of_kombu.Transport):
    """kombu's transport, to which a refusal is an outage."""

    Channel = Channel
    connection_errors = (*of_kombu.Transport.connection_errors, ResponseError)
