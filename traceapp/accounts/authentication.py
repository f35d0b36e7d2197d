"""API tokens: `Authorization: Bearer <token>`. Only their hashes are stored."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

REFUSED = "This token is not valid. It may have been revoked; make a new one on the page of your organisation."


class BearerTokenAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Knox's tokens, each bound to one organisation (`ApiToken`). One that is not bound to any is refused."""

    def authenticate_credentials(self, token: bytes) -> tuple[AbstractBaseUser, Any]:
        if not token.isascii():
            raise AuthenticationFailed(REFUSED)
        try:
            user, auth = super().authenticate_credentials(token)
        except AuthenticationFailed as error:
            raise AuthenticationFailed(REFUSED) from error
        if not hasattr(auth, "api"):
            raise AuthenticationFailed(REFUSED)
        return user, auth
