"""What holds for a whole account: its alias, its password policy, its summary of counts and quotas."""

from typing import Any

from accounts import aliases, names, password_policies
from accounts.models import PasswordPolicy
from iam import quotas, usage
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import EntityAlreadyExists, NoSuchEntity, ValidationError

# Counters of GetAccountSummary that tallies keep.
_COUNTED = (
    "Users",
    "Groups",
    "Roles",
    "Policies",
    "InstanceProfiles",
    "ServerCertificates",
    "Providers",
    "MFADevices",
    "MFADevicesInUse",
)
_OPTIONAL = {
    "MaxPasswordAge": "max_password_age",
    "PasswordReusePrevention": "password_reuse_prevention",
    "HardExpiry": "hard_expiry",
}


@operation("iam.CreateAccountAlias")
def create_account_alias(call: Call, *, account_alias: str) -> None:
    """Make it the account's one alias, in place of any before; people can sign in by it at once.

    Errors: EntityAlreadyExists (an alias of another account of the installation), ValidationError.
    Source: IAM API Reference, CreateAccountAlias.
    """
    if problem := names.alias_problem(account_alias):
        raise ValidationError(problem, member="AccountAlias")
    try:
        aliases.claim(call.account, account_alias)
    except aliases.AliasTaken:
        raise EntityAlreadyExists(
            f"The account alias {account_alias} already exists.", member="AccountAlias"
        ) from None


@operation("iam.DeleteAccountAlias")
def delete_account_alias(call: Call, *, account_alias: str) -> None:
    """Leave the account with its number alone.  Errors: NoSuchEntity (not the account's alias)."""
    if call.account.alias != account_alias:
        raise NoSuchEntity(f"The Account Alias with name {account_alias} cannot be found.")
    aliases.release(call.account)


@operation("iam.ListAccountAliases", reads=True)
def list_account_aliases(call: Call, *, page: Page) -> Output:
    """List the account's alias, if it has one.  Errors: ValidationError (marker)."""
    return page.of_values("AccountAliases", [call.account.alias] if call.account.alias else [])


def _allowed_by_the_account(call: Call, target: Target, params: Params) -> list[Check]:
    """Users who may change their passwords by the account's policy may read it too, short of an explicit deny."""
    policy = password_policies.find(call.account) if call.principal.kind == "user" else None
    granted = policy is not None and policy.allow_users_to_change_password
    return [Check("iam:GetAccountPasswordPolicy", target.arn, implicit_ok=granted)]


@operation("iam.GetAccountPasswordPolicy", checks=_allowed_by_the_account, reads=True)
def get_account_password_policy(call: Call) -> Output:
    """Answer the account's own password policy.

    Errors: NoSuchEntity (the account has none, and the built-in one binds).
    Source: IAM API Reference, PasswordPolicy, AllowUsersToChangePassword.
    """
    policy = password_policies.find(call.account)
    if policy is None:
        raise NoSuchEntity(f"The Password Policy with domain name {call.account.number} cannot be found.")
    return {"PasswordPolicy": _described(policy)}


def _described(policy: PasswordPolicy) -> dict[str, Any]:
    optional = {member: getattr(policy, column) for member, column in _OPTIONAL.items()}
    return {
        "MinimumPasswordLength": policy.minimum_password_length,
        "RequireSymbols": policy.require_symbols,
        "RequireNumbers": policy.require_numbers,
        "RequireUppercaseCharacters": policy.require_uppercase_characters,
        "RequireLowercaseCharacters": policy.require_lowercase_characters,
        "AllowUsersToChangePassword": policy.allow_users_to_change_password,
        "ExpirePasswords": policy.expire_passwords,
        **{member: value for member, value in optional.items() if value is not None},
    }


@operation("iam.UpdateAccountPasswordPolicy", revises=True)
def update_account_password_policy(
    call: Call,
    *,
    minimum_password_length: int = 6,
    require_symbols: bool = False,
    require_numbers: bool = False,
    require_uppercase_characters: bool = False,
    require_lowercase_characters: bool = False,
    allow_users_to_change_password: bool = False,
    max_password_age: int | None = None,
    password_reuse_prevention: int | None = None,
    hard_expiry: bool | None = None,
) -> None:
    """Replace the whole password policy; members left out fall back to their defaults.

    It judges passwords set from now on; an age limit holds for present passwords too.
    Source: IAM API Reference, UpdateAccountPasswordPolicy.
    """
    password_policies.replace(
        call.account,
        minimum_password_length=minimum_password_length,
        require_symbols=require_symbols,
        require_numbers=require_numbers,
        require_uppercase_characters=require_uppercase_characters,
        require_lowercase_characters=require_lowercase_characters,
        allow_users_to_change_password=allow_users_to_change_password,
        max_password_age=max_password_age,
        password_reuse_prevention=password_reuse_prevention,
        hard_expiry=hard_expiry,
    )


@operation("iam.DeleteAccountPasswordPolicy", revises=True)
def delete_account_password_policy(call: Call) -> None:
    """Put the account under the built-in password policy.  Errors: NoSuchEntity (it has no policy of its own)."""
    if not password_policies.remove(call.account):
        raise NoSuchEntity("The account policy with name PasswordPolicy cannot be found.")


@operation("iam.GetAccountSummary", reads=True)
def get_account_summary(call: Call) -> Output:
    """Answer how much of everything the account has and may have, from kept counts.

    Source: IAM API Reference, GetAccountSummary (names of the entries); recorded answers of AWS (a policy's version is
    in use once it is attached).
    """
    present = quotas.tallies(call.account)
    root = call.account.root
    return {
        "SummaryMap": {
            **{kind: present.get(kind, 0) for kind in _COUNTED},
            "PolicyVersionsInUse": usage.in_use(call.account),
            **{f"{name}Quota": quotas.limit(call.account, name) for name in quotas.DEFAULTS},
            "AccountMFAEnabled": int(root.mfa_devices.exists()),
            "AccountAccessKeysPresent": int(root.access_keys.exists()),
            "AccountPasswordPresent": int(root.has_password),
            "AccountSigningCertificatesPresent": int(root.signing_certificates.exists()),
            "GlobalEndpointTokenVersion": call.account.sts_token_version,
        }
    }
