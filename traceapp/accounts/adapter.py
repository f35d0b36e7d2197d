"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: an administrator invites the members of their organisation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """The demo's people have authenticators for money, and their passwords are printed: logging in asks for no code."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        asked_at_login = types is not None and set(types) == {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
        return bool(super().is_mfa_enabled(user, types)) and not (settings.DEMO and asked_at_login)
