"""What can sign in with a password: the root user of an account and each of its IAM users."""

from enum import StrEnum
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q


class IdentityKind(StrEnum):
    """Root signs in by e-mail, a user by account and name."""

    ROOT = "root"
    USER = "user"


class Identity(AbstractBaseUser):
    """One root per account, one per IAM user; it carries the password and nothing about permissions.

    `password` holds an Argon2id hash, or "" while there is no login profile. `name_key` and
    `email_key` are the folded forms sign-in looks up (accounts.names).
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=64, default="", blank=True)
    name_key = models.CharField(max_length=64, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    email_key = models.CharField(max_length=254, default="", blank=True)
    password = models.CharField(max_length=128, default="", blank=True)
    login_profile_at = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=False)
    # The user's own limit on a console session; null: as long as the account's setting says.
    max_signin_seconds = models.PositiveIntegerField(null=True)
    password_last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    last_sign_in_at = models.DateTimeField(null=True)
    # Null also for those whose first sign-in was before it was kept: then it was no earlier than created_at.
    first_sign_in_at = models.DateTimeField(null=True)
    last_login = None  # dropped: last_sign_in_at says it

    # Names repeat from account to account, so the only unique handle is the key.
    USERNAME_FIELD: ClassVar[str] = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="uniq_identity_account_name", fields=["account", "name_key"], condition=Q(kind="user")
            ),
            models.UniqueConstraint(
                name="uniq_identity_account_root", fields=["account"], condition=Q(kind="root")
            ),
            models.UniqueConstraint(
                name="uniq_identity_email", fields=["email_key"], condition=Q(kind="root")
            ),
            models.CheckConstraint(
                name="identity_kind_shape",
                condition=(Q(kind="root", name="", name_key="") & ~Q(email_key=""))
                | (Q(kind="user", email="", email_key="") & ~Q(name_key="")),
            ),
            models.CheckConstraint(
                name="identity_password_with_profile",
                condition=Q(password="") | Q(login_profile_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return "root" if self.is_root else self.name

    @property
    def sign_in_name(self) -> str:
        """What the person types to say who they are: the root user's e-mail address, a user's name."""
        return self.email if self.is_root else self.name

    @property
    def is_root(self) -> bool:
        """Whether this is the account's root user."""
        return self.kind == IdentityKind.ROOT

    @property
    def arn(self) -> str:
        """The root's ARN; an IAM user's ARN needs its path, which the iam app holds."""
        return f"arn:aws:iam::{self.account.number}:{'root' if self.is_root else f'user/{self.name}'}"

    @property
    def has_password(self) -> bool:
        """Whether it can sign in by password at all."""
        return self.password != "" and self.login_profile_at is not None


class PasswordHistory(models.Model):
    """A hash an identity has had, the present one included; at most 24 are kept."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(name="password_history_newest", fields=["identity", "-id"]),)

    def __str__(self) -> str:
        return f"password of {self.identity_id} set {self.created_at:%Y-%m-%d}"
