"""What allauth asks the house."""

from base64 import urlsafe_b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Officers are appointed, they do not sign up; no mail is sent for what the page says."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        return False

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Nothing: the audit trail records what an account did."""

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Nothing: our pages say it themselves, in our own words."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """TOTP secrets and recovery seeds rest encrypted: a copy of the database opens no account."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def renew(self, encrypted_text: str) -> str:
        """The same, sealed by the current key; the keys before it may then be forgotten."""
        return _cipher().rotate(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    keys: list[str] = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    hkdf = HKDF(SHA256(), 32, salt=None, info=b"safeconduct second factor")
    return hkdf.derive(key.encode())
