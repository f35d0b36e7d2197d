"""The broker's side of devices: topics, and who may connect. Pure but for Django's secret.

A device connects with its key's id as user name and a password that follows from the server's secret, so that none is
stored here. The broker reads the password file and the access list of `docker/mosquitto.conf`.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

from django.utils.crypto import salted_hmac

MESSAGES: Final = "devices/+/messages"
INTAKE: Final = "traceapp-intake"
"""The user and client id of the process that takes messages in."""
_ROUNDS: Final = 101


def answers_topic(topic: str) -> str:
    """Where a device that published to `devices/<kid>/messages` hears what became of its messages."""
    return f"{topic.removesuffix('/messages')}/answers"


def messages_topic(kid: str) -> str:
    """Where a device publishes."""
    return f"devices/{kid}/messages"


def account_of(topic: str) -> str:
    """Whose account published at a topic, as its kid: the access list lets each publish at its own alone."""
    return topic.split("/")[1]


def password(user: str) -> str:
    """The password of a device (by its kid), or of the intake process."""
    digest = salted_hmac("traceapp.sensors.broker", user, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def password_file(users: Iterable[str]) -> str:
    """mosquitto's password file for these users: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""
    return "".join(f"{user}:{_hashed(user)}\n" for user in users)


def _hashed(user: str) -> str:
    """The salt follows from the user, so that the file stays the same while its users do."""
    salt = salted_hmac("traceapp.sensors.broker.salt", user, algorithm="sha256").digest()[:12]
    hashed = hashlib.pbkdf2_hmac("sha512", password(user).encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(hashed).decode()}"
