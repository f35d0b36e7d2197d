"""A device's ways to the server, as a simulated one uses them: HTTPS, and MQTT 5."""

import http.client
import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from traceapp.sensors.broker import messages_topic
from traceapp.verifier.jws import opened

PATIENCE: Final = 30.0
"""Seconds that an answer may take."""


class Rest:
    """Uploads lists to `POST /api/v1/sensors/messages`."""

    def __init__(self, url: str) -> None:
        self._address = f"{url.rstrip('/')}/api/v1/sensors/messages"

    def send(self, messages: Sequence[str]) -> dict[str, str]:
        """As `simulation.Uplink`."""
        body = json.dumps(list(messages)).encode()
        request = urllib.request.Request(self._address, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            told = _answers(error)
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        return {message: _said(one) for message, one in zip(messages, told.get("answers", []), strict=False)}


def _answers(error: urllib.error.HTTPError) -> dict[str, Any]:
    """A refusal of every message has answers as well; anything else is no answer."""
    try:
        told = json.load(error)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _said(answer: dict[str, Any]) -> str:
    return str(answer["reason"] if answer["state"] == "refused" else answer["state"])


class Mqtt:
    """Publishes to its topic with QoS 1, and hears what became of each message at its answers."""

    def __init__(self, url: str, kid: str, password: str, ca: str = "") -> None:
        parts = urlsplit(url)
        tls = parts.scheme == "mqtts"
        self._topic, self._kid = messages_topic(kid), kid
        self._heard: dict[int, str] = {}
        self._changed = threading.Condition()
        self._ready = False
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=kid, protocol=paho.MQTTv5)
        self._client.on_connect, self._client.on_subscribe = self._connected, self._subscribed
        self._client.on_disconnect, self._client.on_message = self._lost, self._answered
        self._client.username_pw_set(unquote(parts.username or kid), password)
        if tls:
            self._client.tls_set(ca_certs=ca or None, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self._client.connect_async(parts.hostname or "", parts.port or (8883 if tls else 1883))
        self._client.reconnect_delay_set(1, 5)
        self._client.loop_start()

    def send(self, messages: Sequence[str]) -> dict[str, str]:
        """As `simulation.Uplink`. A message that nobody answers in time is sent again with the next."""
        numbers = {_number(one): one for one in messages}
        with self._changed:
            if not self._changed.wait_for(lambda: self._ready, PATIENCE):
                return {}
            self._heard = {}
            for one in messages:
                self._client.publish(self._topic, one, qos=1)
            self._changed.wait_for(lambda: self._heard.keys() >= numbers.keys() or not self._ready, PATIENCE)
            return {numbers[seq]: said for seq, said in self._heard.items() if seq in numbers}

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: paho.Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if not reason.is_failure:
            client.subscribe(f"devices/{self._kid}/answers", qos=1)

    def _subscribed(self, *_: Any) -> None:
        with self._changed:
            self._ready = True
            self._changed.notify_all()

    def _lost(self, *_: Any) -> None:
        with self._changed:
            self._ready = False
            self._changed.notify_all()

    def _answered(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        told = json.loads(message.payload)
        if told.get("seq") is not None:
            with self._changed:
                self._heard[told["seq"]] = _said(told)
                self._changed.notify_all()


def _number(message: str) -> int:
    seq = opened(message).header["seq"]
    assert isinstance(seq, int)
    return seq
