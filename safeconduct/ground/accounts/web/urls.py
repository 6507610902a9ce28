"""The pages of allauth's we use, by the names it looks for. Sign-up and reset at one's own wish
stay out: an officer is appointed, and a mailbox alone must not be a way into the registry. An
administrator sends a link that sets a password once."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from safeconduct.ground.accounts.web.views import SecondFactorView, invited

accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("invited/<str:token>", invited, name="account_invited"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("factor/", mfa.index, name="mfa_index"),
    path("factor/code/", SecondFactorView.as_view(), name="mfa_authenticate"),
    path("factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("factor/set/", totp.activate_totp, name="mfa_activate_totp"),
    path("factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("factor/recovery/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("factor/recovery/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "factor/recovery/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
]
