"""The tenant and its password policy.

Every other row of the product hangs on an Account; nothing is reached but through one.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models.identity import Identity

DEFAULT_IDLE_SECONDS = 15 * 60
DEFAULT_ABSOLUTE_SECONDS = 12 * 60 * 60


class AccountState(StrEnum):
    """What an account may do: only an active one signs in or answers calls."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class PasskeySignIn(StrEnum):
    """Who of an account may sign in by a passkey alone."""

    OFF = "off"
    USERS = "users"
    ALL = "all"


class MfaRequired(StrEnum):
    """Of whom an account requires a second factor in the console; each includes those before it."""

    NOBODY = "nobody"
    ROOT = "root"
    ADMINISTRATORS = "administrators"
    EVERYONE = "everyone"


# What calls look at.  Where an account is read along with a credential or a role these are read, and of its many
# settings each when somebody asks for it.
OF_EVERY_CALL = ("number", "alias", "state", "sealed_data_key", "policy_revision", "quotas")


class Account(models.Model):
    """A tenant: a 12-digit number, an optional alias, and the limits that bind its members.

    `sealed_data_key` is the account's data key, wrapped by the key ring (see accounts.vault).
    `quotas` maps quota names to numbers that replace the defaults.
    """

    number = models.CharField(max_length=12, unique=True)
    # Null, not "": many accounts have none, and "" would be unique too.
    alias = models.CharField(max_length=63, null=True, unique=True)  # noqa: DJ001  # as the line above says
    name = models.CharField(max_length=50)
    state = models.CharField(max_length=16, default=AccountState.ACTIVE.value)
    created_at = models.DateTimeField()
    sealed_data_key = models.BinaryField()
    policy_revision = models.BigIntegerField(default=1)
    session_idle_seconds = models.PositiveIntegerField(default=DEFAULT_IDLE_SECONDS)
    session_absolute_seconds = models.PositiveIntegerField(default=DEFAULT_ABSOLUTE_SECONDS)
    access_key_max_age_days = models.PositiveIntegerField(null=True)
    access_key_overlap_days = models.PositiveIntegerField(default=7)
    access_key_grace_days = models.PositiveIntegerField(default=7)
    # Which version of session tokens the global endpoint of STS is set to hand out: 1 or 2.
    sts_token_version = models.PositiveSmallIntegerField(default=1)
    passkey_sign_in = models.CharField(max_length=8, default=PasskeySignIn.OFF.value)
    # Whether the root user must have a device that is no app: a hardware token or a security key.
    root_needs_hardware = models.BooleanField(default=False)
    # Since when; null where that is not known, or never.
    root_needs_hardware_since = models.DateTimeField(null=True)
    # Of whom MFA is required in the console, since when, and how many days people have to add a device.
    mfa_required_of = models.CharField(max_length=16, default=MfaRequired.NOBODY.value)
    mfa_required_since = models.DateTimeField(null=True)
    mfa_grace_days = models.PositiveSmallIntegerField(default=0)
    # When the operator's code last gave the root user a new password and took its devices away.
    root_recovered_at = models.DateTimeField(null=True)
    # What guards passwords beside the password policy, whose members are AWS's: docs/adr/0030.
    refuse_common_passwords = models.BooleanField(default=True)
    refuse_disguised_names = models.BooleanField(default=False)
    change_given_passwords = models.BooleanField(default=False)
    given_password_hours = models.PositiveSmallIntegerField(null=True)
    spare_mfa_from_expiry = models.BooleanField(default=False)
    sign_in_failures = models.PositiveSmallIntegerField(default=10)
    sign_in_lock_minutes = models.PositiveSmallIntegerField(default=30)
    factor_failures = models.PositiveSmallIntegerField(default=5)
    factor_lock_minutes = models.PositiveSmallIntegerField(default=5)
    quotas = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="account_mfa_required_since",
                condition=Q(mfa_required_of="nobody")
                | (
                    Q(mfa_required_of__in=["root", "administrators", "everyone"])
                    & Q(mfa_required_since__isnull=False)
                ),
            ),
            models.CheckConstraint(name="account_mfa_grace_days", condition=Q(mfa_grace_days__lte=30)),
            models.CheckConstraint(
                name="account_given_password_hours",
                condition=Q(given_password_hours__isnull=True) | Q(given_password_hours__range=(1, 720)),
            ),
            # Stricter than PCI DSS 8.3.4 and our own figure for codes, never laxer.
            models.CheckConstraint(
                name="account_sign_in_lock",
                condition=Q(sign_in_failures__range=(3, 10)) & Q(sign_in_lock_minutes__range=(30, 1440)),
            ),
            models.CheckConstraint(
                name="account_factor_lock",
                condition=Q(factor_failures__range=(3, 5)) & Q(factor_lock_minutes__range=(5, 1440)),
            ),
            models.CheckConstraint(
                name="account_number_12_digits", condition=Q(number__regex=r"^[0-9]{12}$")
            ),
            models.CheckConstraint(
                name="account_state_known", condition=Q(state__in=[str(state) for state in AccountState])
            ),
            models.CheckConstraint(
                name="account_session_limits",
                condition=Q(session_idle_seconds__gte=60)
                & Q(session_absolute_seconds__gte=models.F("session_idle_seconds")),
            ),
            models.CheckConstraint(
                name="account_access_key_max_age",
                condition=Q(access_key_max_age_days__isnull=True) | Q(access_key_max_age_days__gte=1),
            ),
            models.CheckConstraint(
                name="account_sts_token_version", condition=Q(sts_token_version__in=[1, 2])
            ),
            models.CheckConstraint(
                name="account_passkey_sign_in_known",
                condition=Q(passkey_sign_in__in=[str(choice) for choice in PasskeySignIn]),
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def sign_in_name(self) -> str:
        """What its users type to say which account: the alias, or the number where there is none."""
        return self.alias or self.number

    @property
    def active(self) -> bool:
        """Whether members may sign in and call."""
        return self.state == AccountState.ACTIVE

    @property
    def root(self) -> "Identity":
        """The root identity of this account."""
        return self.identities.get(kind="root")


class PasswordPolicy(models.Model):
    """An account's own password policy; an account without one is under the built-in policy.

    Source: IAM API, UpdateAccountPasswordPolicy (ranges and defaults of its members).
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="password_policy")
    minimum_password_length = models.PositiveSmallIntegerField(default=6)
    require_symbols = models.BooleanField(default=False)
    require_numbers = models.BooleanField(default=False)
    require_uppercase_characters = models.BooleanField(default=False)
    require_lowercase_characters = models.BooleanField(default=False)
    allow_users_to_change_password = models.BooleanField(default=False)
    max_password_age = models.PositiveSmallIntegerField(null=True)
    password_reuse_prevention = models.PositiveSmallIntegerField(null=True)
    hard_expiry = models.BooleanField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="password_policy_minimum_length", condition=Q(minimum_password_length__range=(6, 128))
            ),
            models.CheckConstraint(
                name="password_policy_max_age",
                condition=Q(max_password_age__isnull=True) | Q(max_password_age__range=(1, 1095)),
            ),
            models.CheckConstraint(
                name="password_policy_reuse",
                condition=Q(password_reuse_prevention__isnull=True)
                | Q(password_reuse_prevention__range=(1, 24)),
            ),
        )

    def __str__(self) -> str:
        return f"password policy of {self.account_id}"

    @property
    def expire_passwords(self) -> bool:
        """Whether passwords expire at all; derived, as AWS derives it."""
        return self.max_password_age is not None
