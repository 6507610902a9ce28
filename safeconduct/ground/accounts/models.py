"""Officers' accounts: e-mail address, password and a second factor, nothing else."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class OfficerManager(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> "Officer":
        return self.get(email__iexact=username)


class Officer(AbstractBaseUser):
    """Somebody who signs in. What they may do is said by appointments, not here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    # Made by the demo with a printed password; refused at sign-in anywhere else.
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # The number of the last link that lets them set a password: it stands in the link.
    invitation = models.SmallIntegerField(default=0)
    invited_at = models.DateTimeField(null=True)

    objects: ClassVar[OfficerManager] = OfficerManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return f"officer #{self.pk}"
