"""Console passwords of IAM users: given, changed and taken away by administrators, changed by their owners."""

from typing import Any

from accounts import passwords, throttle
from accounts.models import Identity
from iam import targets
from iam.authorize import Check
from iam.call import Call, Output, Params, Target
from iam.catalogue import operation, target_keys
from iam.errors import (
    AccessDenied,
    EntityAlreadyExists,
    EntityTemporarilyUnmodifiable,
    InvalidInput,
    InvalidUserType,
    NoSuchEntity,
    PasswordPolicyViolation,
    ValidationError,
)
from iam.models import User

_OWN_NAME = targets.user("user_name", optional=True)
_EXPIRED = "The password has expired. Ask an administrator of the account to reset it."


@operation("iam.CreateLoginProfile", target=_OWN_NAME)
def create_login_profile(
    call: Call,
    *,
    user: User,
    password: str | None = None,
    password_reset_required: bool = False,
    max_signin_session_duration: int | None = None,
) -> Output:
    """Give the user a password, and so the way into the console.

    Where the account asks for it, a password given by somebody else must be changed at the first sign-in.

    Errors: NoSuchEntity, EntityAlreadyExists, PasswordPolicyViolation (names each broken rule), ValidationError (no
    password; no name given by a role or federated session).
    Source: IAM API Reference, CreateLoginProfile.
    """
    identity = _identity(call, user)
    if identity.has_password:
        raise EntityAlreadyExists(f"Login Profile for user {user.name} already exists.")
    if password is None:
        raise ValidationError("Must specify password", member="Password")
    identity.max_signin_seconds = max_signin_session_duration
    identity.save(update_fields=["max_signin_seconds"])
    _set(call, identity, password, must_change=password_reset_required)
    return {"LoginProfile": _profile(user, identity)}


@operation("iam.GetLoginProfile", target=_OWN_NAME, reads=True)
def get_login_profile(call: Call, *, user: User) -> Output:
    """Answer since when the user has a password, and whether it must be changed at the next sign-in.

    Errors: NoSuchEntity (user, profile), ValidationError (no name given by a role or federated session).
    """
    return {"LoginProfile": _profile(user, _with_profile(call, user))}


@operation("iam.UpdateLoginProfile", target=targets.user("user_name"))
def update_login_profile(
    call: Call,
    *,
    user: User,
    password: str | None = None,
    password_reset_required: bool | None = None,
    max_signin_session_duration: int | None = None,
    reset_max_signin_session_duration: bool = False,
) -> None:
    """Change what is given of password, duty to change it, and longest sign-in session; the rest stays.

    A new password ends the user's console sessions, save the one the call comes from.

    Errors: NoSuchEntity (user, profile), PasswordPolicyViolation, InvalidInput (a duration both given and reset).
    """
    identity = _with_profile(call, user)
    if reset_max_signin_session_duration and max_signin_session_duration is not None:
        raise InvalidInput(
            "MaxSigninSessionDuration cannot be given and reset at once.", member="MaxSigninSessionDuration"
        )
    if password_reset_required is not None:
        identity.must_change_password = password_reset_required
    if reset_max_signin_session_duration or max_signin_session_duration is not None:
        identity.max_signin_seconds = max_signin_session_duration
    identity.save(update_fields=["must_change_password", "max_signin_seconds"])
    if password is not None:
        _set(call, identity, password, must_change=identity.must_change_password)


@operation("iam.DeleteLoginProfile", target=_OWN_NAME)
def delete_login_profile(call: Call, *, user: User) -> None:
    """Take the password away and end the user's console sessions; access keys go on working.

    Errors: NoSuchEntity (user, profile), ValidationError (no name given by a role or federated session).
    """
    passwords.remove_password(_with_profile(call, user))


def _oneself(call: Call, params: Params, lock: bool) -> Target:
    """The calling user; anyone else has no password that this operation could change."""
    if call.principal.kind != "user":
        refusal = InvalidUserType("Only IAM Users can change their own password")
        return Target(arn=call.principal.arn, absent=refusal)
    return targets.entity_target(call, "user", call.principal.name, "user_name", lock)


def _allowed_by_the_account(call: Call, target: Target, params: Params) -> list[Check]:
    """The account's password policy may let everybody change their own; then only an explicit deny refuses."""
    policy = passwords.policy_for(target.entity.identity) if isinstance(target.entity, User) else None
    granted = policy is not None and policy.allow_users_to_change_password
    return [
        Check(
            "iam:ChangePassword", target.arn, target_keys("iam:ChangePassword", target), implicit_ok=granted
        )
    ]


@operation("iam.ChangePassword", target=_oneself, checks=_allowed_by_the_account)
def change_password(call: Call, *, user: User, old_password: str, new_password: str) -> None:
    """Give the calling user a new password; its other console sessions end, the one it acts in stays.

    Wrong old passwords count as failed sign-ins do, each before it is looked at, and lock alike.  In the console an
    expired password that an administrator must reset cannot be changed; by the API it can.

    Errors: InvalidUserType, NoSuchEntity (no login profile), AccessDenied (old password), PasswordPolicyViolation,
    EntityTemporarilyUnmodifiable (too many wrong old passwords).
    Source: IAM API Reference, ChangePassword; IAM User Guide, letting IAM users change their own passwords, and
    setting an account password policy (expiration that requires an administrator's reset).
    """
    identity = _with_profile(call, user)
    if call.console_session and passwords.password_state(identity, call.now) in passwords.ENDED:
        raise PasswordPolicyViolation(_EXPIRED, member="NewPassword")
    guesses = [throttle.identity_subject(identity)]
    if not throttle.admit(guesses, call.now):
        raise EntityTemporarilyUnmodifiable("Too many wrong passwords were given. Try again later.")
    if not passwords.verify(identity, old_password):
        refusal = AccessDenied("The old password was incorrect.")
        refusal.member = "OldPassword"
        raise refusal.keeping()
    throttle.forgive(guesses)
    _set(call, identity, new_password, member="NewPassword")


def _identity(call: Call, user: User) -> Identity:
    identity: Identity = user.identity
    identity.account = call.account
    return identity


def _with_profile(call: Call, user: User) -> Identity:
    identity = _identity(call, user)
    if not identity.has_password:
        raise NoSuchEntity(f"Login Profile for User {user.name} cannot be found.")
    return identity


def _set(
    call: Call, identity: Identity, password: str, *, must_change: bool = False, member: str = "Password"
) -> None:
    given = call.principal.identity_pk != identity.pk
    try:
        passwords.set_password(
            identity, password, now=call.now, must_change=must_change, given=given, keep=call.console_session
        )
    except passwords.PasswordRefused as refused:
        raise PasswordPolicyViolation(str(refused), member=member) from None


def _profile(user: User, identity: Identity) -> dict[str, Any]:
    limit = identity.max_signin_seconds
    return {
        "UserName": user.name,
        "CreateDate": identity.login_profile_at,
        "PasswordResetRequired": identity.must_change_password,
        **({"MaxSigninSessionDuration": limit} if limit else {}),
    }
