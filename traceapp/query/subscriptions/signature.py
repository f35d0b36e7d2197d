"""How a receiver knows that a delivery is ours: `GS1-Signature`, HMAC-SHA256 of the raw body. Pure.

The token is the subscriber's secret. It has to be used in the clear, so it is stored encrypted, not hashed.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

HEADER = "GS1-Signature"


def signature(token: str, body: bytes) -> str:
    """Lower-case hex of HMAC-SHA256 over the body, with the UTF-8 bytes of the token as the key."""
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


class TokenUnreadable(ValueError):
    """The stored token was encrypted under another key."""


def seal(token: str, secret: str) -> str:
    """The token as it is stored. `secret` is the installation's."""
    return _cipher(secret).encrypt(token.encode()).decode()


def unseal(sealed: str, secret: str) -> str:
    """The token again. TokenUnreadable."""
    try:
        return _cipher(secret).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise TokenUnreadable("The signature token cannot be read: SECRET_KEY has changed. Subscribe again.") from error


def _cipher(secret: str) -> Fernet:
    key = hmac.new(secret.encode(), b"traceapp subscriptions: signature tokens", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
