"""Looking up accounts."""

from collections.abc import Iterable

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings

from safeconduct.ground.accounts import rules
from safeconduct.ground.accounts.models import Officer


def officer_names(officer_ids: Iterable[int | None]) -> dict[int, str]:
    """Names by account id; an account that is gone is absent."""
    wanted = {officer_id for officer_id in officer_ids if officer_id is not None}
    return dict(Officer.objects.filter(pk__in=wanted).values_list("pk", "name"))


def demo_code(officer: Officer) -> str | None:
    """What a demo officer's authenticator shows now; None for anybody else and any other mode."""
    if not officer.is_demo or settings.MODE != rules.DEMO_MODE:
        return None
    counters = list(yield_hotp_counters_from_time())
    secret = rules.demo_secret(officer.email, settings.SECRET_KEY)
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))
