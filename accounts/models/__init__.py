"""Rows of the accounts app, one module a noun; import them from here."""

from accounts.models.account import (
    OF_EVERY_CALL,
    Account,
    AccountState,
    MfaRequired,
    PasskeySignIn,
    PasswordPolicy,
)
from accounts.models.console_session import ConsoleSession, SigninToken, SpentForm
from accounts.models.contact import ContactAddress, ProposedAddress
from accounts.models.event import Event, EventOutcome, EventSource, SealedBatch
from accounts.models.identity import Identity, IdentityKind, PasswordHistory
from accounts.models.mfa_device import DeviceKind, MfaDevice
from accounts.models.notice import Notice, SeenBefore
from accounts.models.outgoing_mail import MailState, OutgoingMail
from accounts.models.password_reset import PasswordReset
from accounts.models.pending_signup import PendingSignup
from accounts.models.recovery_code import RecoveryCode
from accounts.models.security_key import KeyChallenge, SecurityKey
from accounts.models.sign_in_attempt import AttemptScope, SignInAttempt
from accounts.models.switched_role import SwitchedRole
from accounts.models.way_back import RootRecovery, TemporaryPass

__all__ = [
    "OF_EVERY_CALL",
    "Account",
    "AccountState",
    "AttemptScope",
    "ConsoleSession",
    "ContactAddress",
    "DeviceKind",
    "Event",
    "EventOutcome",
    "EventSource",
    "Identity",
    "IdentityKind",
    "KeyChallenge",
    "MailState",
    "MfaDevice",
    "MfaRequired",
    "Notice",
    "OutgoingMail",
    "PasskeySignIn",
    "PasswordHistory",
    "PasswordPolicy",
    "PasswordReset",
    "PendingSignup",
    "ProposedAddress",
    "RecoveryCode",
    "RootRecovery",
    "SealedBatch",
    "SecurityKey",
    "SeenBefore",
    "SignInAttempt",
    "SigninToken",
    "SpentForm",
    "SwitchedRole",
    "TemporaryPass",
]
