"""Credentials of IAM users for single services: made, listed, reset, switched on and off, deleted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Q

from iam import quotas, service_credentials, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import NoSuchEntity, ValidationError
from iam.ids import unique_id
from iam.models import KeyStatus, ServiceCredential, User
from iam.service_credentials import CredentialForm

_SERVICE_KEY = "iam:servicespecificcredentialservicename"
_AGE_KEY = "iam:servicespecificcredentialagedays"


def _requested(call: Call, target: Target, params: Params) -> dict[str, str | tuple[str, ...]]:
    """For which service and for how many days the credential is to be."""
    days = params.get("credential_age_days")
    return {_SERVICE_KEY: params["service_name"], **({_AGE_KEY: str(days)} if days is not None else {})}


@operation("iam.CreateServiceSpecificCredential", target=targets.user("user_name"), keys=_requested)
def create_service_specific_credential(
    call: Call, *, user: User, service_name: str, credential_age_days: int | None = None
) -> Output:
    """Make an active credential for the service; the answer alone has its secret.

    Errors: NoSuchEntity (user, service), LimitExceeded (credentials per user and service, inactive ones included),
    ValidationError (an age for a service whose credentials have none).
    Source: IAM API Reference, CreateServiceSpecificCredential; IAM User Guide, API keys for AWS services.
    """
    form = _form(service_name)
    if credential_age_days is not None and not form.is_key:
        raise ValidationError(
            f"CredentialAgeDays is not supported for {service_name}.", member="CredentialAgeDays"
        )
    quotas.require_room(
        call.account,
        "ServiceSpecificCredentialsPerUser",
        user.service_credentials.filter(service=service_name).count(),
    )
    name = _free_name(call, user)
    secret = form.secret_for(name)
    credential = call.account.service_credentials.make(
        account=call.account,
        user=user,
        credential_id=unique_id("ACCA"),
        service=service_name,
        user_name=name,
        secret_digest=service_credentials.digest(secret),
        created_at=call.now,
        expires_at=call.now + timedelta(days=credential_age_days) if credential_age_days else None,
    )
    return {"ServiceSpecificCredential": _with_secret(call, user, credential, secret)}


def _form(service_name: str) -> CredentialForm:
    form = service_credentials.SERVICES.get(service_name)
    if form is None:
        raise NoSuchEntity(
            f"No such service {service_name} is supported for Service Specific Credentials",
            member="ServiceName",
        )
    return form


def _free_name(call: Call, user: User) -> str:
    """<user>-at-<account>, and with +1, +2, … behind the user's name where that is taken: by others too, after renames."""
    at = f"-at-{call.account.number}"
    own = Q(user_name=f"{user.name}{at}") | Q(user_name__startswith=f"{user.name}+")
    taken = set(call.account.service_credentials.filter(own).values_list("user_name", flat=True))
    names = (
        f"{user.name}+{number}{at}" if number else f"{user.name}{at}" for number in range(len(taken) + 1)
    )
    return next(name for name in names if name not in taken)


def _user_and_credential(call: Call, params: Params, lock: bool) -> Target:
    """Policies are asked about the user, who is looked up first; then the credential, which must be the user's."""
    found = targets.user("user_name", optional=True)(call, params, lock)
    replaces = (*found.replaces, "service_specific_credential_id")
    if not isinstance(found.entity, User):
        return replace(found, replaces=replaces)
    credential_id = params["service_specific_credential_id"]
    credential = found.entity.service_credentials.filter(credential_id=credential_id).first()
    absent = None
    if credential is None:
        absent = NoSuchEntity(
            f"No such credential {credential_id} exists", member="ServiceSpecificCredentialId"
        )
    return replace(found, given={**found.given, "credential": credential}, replaces=replaces, absent=absent)


def _present(call: Call, target: Target, params: Params) -> dict[str, str | tuple[str, ...]]:
    """For which service the credential is, where it is there."""
    credential = target.given.get("credential")
    return {} if credential is None else {_SERVICE_KEY: credential.service}


@operation("iam.ResetServiceSpecificCredential", target=_user_and_credential, keys=_present)
def reset_service_specific_credential(call: Call, *, user: User, credential: ServiceCredential) -> Output:
    """Give the credential another secret, which the answer alone has; the old one is void, status and end stay.

    Errors: NoSuchEntity (user, credential), ValidationError (no name given by a caller that is no user).
    """
    secret = service_credentials.SERVICES[credential.service].secret_for(credential.user_name)
    credential.secret_digest = service_credentials.digest(secret)
    credential.save(update_fields=["secret_digest"])
    return {"ServiceSpecificCredential": _with_secret(call, user, credential, secret)}


@operation("iam.UpdateServiceSpecificCredential", target=_user_and_credential, keys=_present)
def update_service_specific_credential(
    call: Call, *, user: User, credential: ServiceCredential, status: str
) -> None:
    """Switch the credential on or off; one past its end stays expired.

    Errors: NoSuchEntity (user, credential), ValidationError (Expired, which only time gives; no name given by a caller
    that is no user).
    """
    if status not in KeyStatus.values:
        raise ValidationError("A credential can be made Active or Inactive.", member="Status")
    credential.status = status
    credential.save(update_fields=["status"])


@operation("iam.DeleteServiceSpecificCredential", target=_user_and_credential, keys=_present)
def delete_service_specific_credential(call: Call, *, user: User, credential: ServiceCredential) -> None:
    """Forget the credential.

    Errors: NoSuchEntity (user, credential), ValidationError (no name given by a caller that is no user).
    """
    credential.delete()


def _whose(call: Call, params: Params, lock: bool) -> Target:
    """The user named, the caller, or every user.  Errors: ValidationError (a name and every user at once)."""
    if not params.get("all_users"):
        return targets.user("user_name", optional=True)(call, params, lock)
    if params.get("user_name") is not None:
        raise ValidationError("UserName and AllUsers cannot be given at once.", member="AllUsers")
    return Target(arn=f"arn:aws:iam::{call.account.number}:user/*")


@operation("iam.ListServiceSpecificCredentials", target=_whose, reads=True)
def list_service_specific_credentials(
    call: Call,
    *,
    page: Page,
    user: User | None = None,
    service_name: str | None = None,
    all_users: bool = False,
) -> Output:
    """List the credentials of a user or of all, for one service or for each, oldest first and without secrets.

    Errors: NoSuchEntity (user, service), ValidationError (marker; a name and every user at once; no name given by a
    caller that is no user).
    """
    rows = call.account.service_credentials.select_related("user")
    if user is not None:
        rows = rows.filter(user=user)
    if service_name is not None:
        _form(service_name)
        rows = rows.filter(service=service_name)
    return page.of("ServiceSpecificCredentials", rows, key="pk", row=lambda row: _row(call, row.user, row))


def _row(call: Call, user: User, credential: ServiceCredential) -> dict[str, Any]:
    is_key = service_credentials.SERVICES[credential.service].is_key
    ends = {"ExpirationDate": credential.expires_at} if credential.expires_at else {}
    return {
        "UserName": user.name,
        "Status": service_credentials.status(credential, call.now),
        ("ServiceCredentialAlias" if is_key else "ServiceUserName"): credential.user_name,
        "CreateDate": credential.created_at,
        **ends,
        "ServiceSpecificCredentialId": credential.credential_id,
        "ServiceName": credential.service,
    }


def _with_secret(call: Call, user: User, credential: ServiceCredential, secret: str) -> dict[str, Any]:
    is_key = service_credentials.SERVICES[credential.service].is_key
    member = "ServiceCredentialSecret" if is_key else "ServicePassword"
    return {**_row(call, user, credential), member: secret}
