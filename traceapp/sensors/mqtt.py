"""Messages in by MQTT 5: each is acknowledged to the broker once the database has it, never before.

The broker keeps a session for this process while it is away, and sends again what was not acknowledged. So a message
may come twice, and is taken once: the same bytes under the same number are one message.
"""

import json
import logging
import queue
import ssl
import threading
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from django.db import DatabaseError, DataError, IntegrityError, close_old_connections
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from traceapp.sensors import broker, intake
from traceapp.sensors.answers import told
from traceapp.sensors.message import MOST_BYTES
from traceapp.sensors.outcomes import Taken
from traceapp.sensors.senders import Senders

MOST_UNACKNOWLEDGED: Final = 1000
SESSION: Final = 7 * 24 * 3600  # seconds that the broker keeps what comes while this process is away
AT_ONCE: Final = 500
AFTER_TROUBLE: Final = 2.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that came, by the connection that brought it."""

    connection: int
    mid: int
    qos: int
    topic: str
    compact: str


class Subscriber:
    """Takes messages in until `stop` is set. One such process runs: the broker knows it by its client id."""

    def __init__(self, url: str, *, ca: str = "") -> None:
        """`url`: mqtts://user:password@host:port, or mqtt:// inside a network that is trusted. `ca`: a PEM file."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("MQTT_URL is mqtts://USER:PASSWORD@HOST:PORT or mqtt://HOST:PORT")
        self.stop = threading.Event()
        self.subscribed = threading.Event()  # from then on the broker keeps messages for us, also while we are away
        self._waiting: queue.Queue[Waiting] = queue.Queue()
        self._connection, self._lock = 0, threading.Lock()
        self._address = (parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        self._client = _client(self, parts.scheme == "mqtts", ca)
        user = unquote(parts.username or broker.INTAKE)
        self._client.username_pw_set(user, unquote(parts.password or "") or broker.password(user))

    def run(self) -> None:
        """Connect, and again whenever the connection breaks."""
        kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        kept.SessionExpiryInterval = SESSION
        kept.ReceiveMaximum = MOST_UNACKNOWLEDGED
        self._client.reconnect_delay_set(1, 10)
        self._client.connect_async(*self._address, keepalive=30, clean_start=False, properties=kept)
        self._client.loop_start()
        try:
            while not self.stop.is_set():
                arrived = self._next()
                if arrived:
                    self._take(arrived)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def connected(self, client: paho.Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            log.warning("The broker refuses the connection: %s", reason)
            return
        log.info("Connected to the broker.")
        client.subscribe(broker.MESSAGES, qos=1)

    def listening(self, *_: Any) -> None:
        log.info("Messages of devices come in.")
        self.subscribed.set()

    def disconnected(self, *_: Any) -> None:
        """What this connection brought cannot be acknowledged on another one: the numbers may mean other messages."""
        with self._lock:
            self._connection += 1

    def arrived(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        text = message.payload[: MOST_BYTES + 1].decode("utf-8", "replace").strip()
        self._waiting.put(Waiting(self._connection, message.mid, message.qos, message.topic, text))

    def _next(self) -> list[Waiting]:
        """Whatever waits, at most `AT_ONCE`; after a while without any, nothing."""
        try:
            found = [self._waiting.get(timeout=0.5)]
        except queue.Empty:
            return []
        while len(found) < AT_ONCE and not self._waiting.empty():
            found.append(self._waiting.get())
        return found

    def _take(self, arrived: list[Waiting]) -> None:
        """Store them, however long the database is away; then acknowledge."""
        while not self.stop.is_set():
            try:
                close_old_connections()
                accounts = Senders(accounts=[broker.account_of(one.topic) for one in arrived])
                taken = intake.take([one.compact for one in arrived], limited=False, senders=accounts)
            except (DataError, IntegrityError):
                self._take_apart(arrived)
                return
            except DatabaseError as error:
                log.warning("Messages wait, and stay with the broker: the database cannot be used: %s", error)
                self.stop.wait(AFTER_TROUBLE)
            except Exception:
                self._take_apart(arrived)
                return
            else:
                self._acknowledge(arrived, taken)
                return

    def _take_apart(self, arrived: list[Waiting]) -> None:
        """One of them cannot be dealt with: it stays with the broker, and holds up no other."""
        if len(arrived) == 1:
            log.exception("A message at %s could not be dealt with; it stays with the broker.", arrived[0].topic)
            return
        for one in arrived:
            self._take([one])

    def _acknowledge(self, arrived: list[Waiting], taken: list[Taken]) -> None:
        for one, outcome in zip(arrived, taken, strict=True):
            with self._lock:
                if one.qos and one.connection == self._connection:
                    self._client.ack(one.mid, one.qos)
            self._client.publish(broker.answers_topic(one.topic), json.dumps(told(outcome)), qos=0)


def _client(subscriber: Subscriber, tls: bool, ca: str) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=broker.INTAKE, protocol=paho.MQTTv5, manual_ack=True)
    client.on_connect, client.on_disconnect = subscriber.connected, subscriber.disconnected
    client.on_subscribe, client.on_message = subscriber.listening, subscriber.arrived
    if tls:
        client.tls_set(ca_certs=ca or None, tls_version=ssl.PROTOCOL_TLS_CLIENT)
    return client
