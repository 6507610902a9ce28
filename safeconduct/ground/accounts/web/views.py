"""The one page of allauth's that says more here than there."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView

from safeconduct.ground.accounts.queries import demo_code


class SecondFactorView(AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Asks for the code; in demo mode it tells a demo officer's, who has no telephone."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"demo_code": demo_code(self.stage.login.user)}
