"""Resolvers: from the names in a request to the rows an operation acts on and the ARN its policies are asked about.

Rows are locked when the operation writes.  What is missing is authorised under the ARN it would have without a path,
and reported only afterwards, so that nobody learns what exists without being allowed to.
"""

from dataclasses import replace
from typing import Any, Literal, TypeAlias

from accounts.models import IdentityKind
from iam import managed, service_linked
from iam.call import Call, Params, Target
from iam.catalogue import Resolver
from iam.errors import (
    AccessDenied,
    InvalidInput,
    NoSuchEntity,
    PolicyNotAttachable,
    ServiceError,
    UnmodifiableEntity,
    ValidationError,
)
from iam.models import Group, InstanceProfile, Policy, Role, ServerCertificate, User, fold
from iam.models.scoped import Named, arn

Kind: TypeAlias = Literal["user", "group", "role", "instance-profile", "server-certificate"]

# Where service-linked roles live, and the policies that only they may have.
SERVICE_ROLE_PATH = service_linked.PATH
UNATTACHABLE = "Policy {} does not exist or is not attachable."

ROOT_NAME = "root"
_MODELS: dict[Kind, type[Named]] = {
    "user": User,
    "group": Group,
    "role": Role,
    "instance-profile": InstanceProfile,
    "server-certificate": ServerCertificate,
}


def user(member: str, *, optional: bool = False) -> Resolver:
    """The user named by a member; `optional`: the calling user where no name is given.

    Errors: ValidationError where the name is left out by a caller that is no user.
    """

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        name = params.get(member)
        if name is None and optional:
            name = own_name(call)
        return entity_target(call, "user", str(name), member, lock)

    return resolve


def owner(member: str = "user_name") -> Resolver:
    """Whose credentials they are: the user named by a member, the calling user without a name, or root for itself.

    The function gets `owner`: the identity that access keys and devices belong to.  Root names itself by no name, by
    the account's number, or as `root` where no user is called so.

    Errors: ValidationError where the name is left out by a role or federated session.
    """
    named = user(member, optional=True)

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        if call.principal.kind == "root" and _means_root(call, params.get(member)):
            roots = call.account.identities.filter(kind=IdentityKind.ROOT)
            identity = (roots.select_for_update() if lock else roots).get()
            found = Target(arn=call.principal.arn, replaces=(member,))
        else:
            found = named(call, params, lock)
            if not isinstance(found.entity, User):
                return found
            identity = found.entity.identity
        identity.account = call.account
        return replace(found, given={"owner": identity})

    return resolve


def _means_root(call: Call, name: str | None) -> bool:
    if name is None or name == call.account.number:
        return True
    return fold(name) == ROOT_NAME and not call.account.users.filter(name_key=ROOT_NAME).exists()


def mfa_device(member: str = "serial_number") -> Resolver:
    """An MFA device of the account by serial number, assigned or not.  The function gets `device`."""

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        serial = str(params[member])
        devices = call.account.mfa_devices.filter(serial=serial)
        device = (devices.select_for_update() if lock else devices).first()
        if device is None:
            absent = NoSuchEntity(f"MFA Device with serial number {serial} does not exist.")
            return Target(arn=serial, replaces=(member,), absent=absent)
        device.account = call.account
        return Target(arn=serial, entity=device, given={"device": device}, replaces=(member,))

    return resolve


def group(member: str) -> Resolver:
    """The group named by a member."""
    return _named("group", member)


def role(member: str) -> Resolver:
    """The role named by a member."""
    return _named("role", member)


def instance_profile(member: str = "instance_profile_name") -> Resolver:
    """The instance profile named by a member.  The function gets `instance_profile`."""
    return _named("instance-profile", member)


def server_certificate(member: str = "server_certificate_name") -> Resolver:
    """The server certificate named by a member.  The function gets `server_certificate`."""
    return _named("server-certificate", member)


def role_anywhere(member: str = "role_arn") -> Resolver:
    """The role of an ARN, in whatever account; AssumeRole alone reaches beyond its own.

    One that is missing, or whose account is not active, looks like one that does not trust the caller.  The function
    gets `role`.  Errors: ValidationError for what is no ARN.
    """

    def resolve(call: Call, params: Params, lock: bool) -> Target:  # noqa: ARG001  # the resolvers' one signature
        role_arn = str(params[member])
        parts = role_arn.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or not (parts[1] and parts[2] and parts[5]):
            raise ValidationError(f"{role_arn} is invalid", member="RoleArn")
        found = Role.by_arn(role_arn)
        if found is None or found.arn != role_arn or not found.account.active:
            return Target(arn=role_arn, replaces=(member,), absent=AccessDenied(f"{role_arn} is not assumed"))
        return Target(
            arn=role_arn,
            entity=found,
            given={"role": found},
            replaces=(member,),
            owner=None if found.account == call.account else found.account,
        )

    return resolve


def _named(kind: Kind, member: str) -> Resolver:
    def resolve(call: Call, params: Params, lock: bool) -> Target:
        return entity_target(call, kind, str(params[member]), member, lock)

    return resolve


def entity_target(call: Call, kind: Kind, name: str, member: str, lock: bool) -> Target:
    """The target that an entity of this kind and name is, whether it exists or not.

    The function gets the row under its kind, such as `user` or `instance_profile`.
    """
    try:
        entity = _MODELS[kind].find(call.account, name, lock=lock)
    except NoSuchEntity as absent:
        return Target(arn=arn(call.account.number, kind, "/", name), replaces=(member,), absent=absent)
    given = {kind.replace("-", "_"): entity}
    return Target(arn=entity.arn, entity=entity, given=given, replaces=(member,))


def new(kind: str, name_member: str = "") -> Resolver:
    """Something about to be made: the ARN it will have by its path and name."""
    named_by = name_member or f"{kind.replace('-', '_')}_name"

    def resolve(call: Call, params: Params, lock: bool) -> Target:  # noqa: ARG001  # the resolvers' one signature
        return Target(arn=arn(call.account.number, kind, params.get("path", "/"), params[named_by]))

    return resolve


def path(kind: str) -> Resolver:
    """A list of a kind under a path prefix: arn:aws:iam::<account>:<kind><prefix>, as AWS asks about lists."""

    def resolve(call: Call, params: Params, lock: bool) -> Target:  # noqa: ARG001  # the resolvers' one signature
        return Target(arn=f"arn:aws:iam::{call.account.number}:{kind}{params.get('path_prefix', '/')}")

    return resolve


def every(kind: str) -> Resolver:
    """All of a kind that has no paths: arn:aws:iam::<account>:<kind>/*, as AWS asks about lists of providers."""

    def resolve(call: Call, params: Params, lock: bool) -> Target:  # noqa: ARG001  # the resolvers' one signature
        return Target(arn=f"arn:aws:iam::{call.account.number}:{kind}/*")

    return resolve


def oidc_provider(*, missing: str = "OpenIDConnect Provider not found for arn {}") -> Resolver:
    """The OpenID Connect provider of an ARN.  The function gets `provider`.  Errors: InvalidInput for what is no ARN."""
    return _provider("oidc-provider", "oidc_providers", "open_id_connect_provider_arn", missing)


def saml_provider() -> Resolver:
    """The SAML provider of an ARN.  The function gets `provider`.  Errors: InvalidInput for what is no ARN."""
    return _provider("saml-provider", "saml_providers", "saml_provider_arn", "Manifest not found for arn {}")


def _provider(kind: str, manager: str, member: str, missing: str) -> Resolver:
    def resolve(call: Call, params: Params, lock: bool) -> Target:
        provider_arn = str(params[member])
        parts = provider_arn.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or parts[2] != "iam" or not parts[5].startswith(f"{kind}/"):
            raise InvalidInput(f"ARN {provider_arn} is not valid.")
        rows = getattr(call.account, manager).identified(parts[5].removeprefix(f"{kind}/"))
        provider = (rows.locked() if lock else rows).first()
        if provider is None or parts[4] != call.account.number:
            return Target(
                arn=provider_arn, replaces=(member,), absent=NoSuchEntity(missing.format(provider_arn))
            )
        provider.account = call.account
        return Target(arn=provider.arn, entity=provider, given={"provider": provider}, replaces=(member,))

    return resolve


def policy(member: str = "policy_arn", *, missing: str = "Policy {} was not found.") -> Resolver:
    """A managed policy by ARN: the account's own (a row) or AWS's (data).

    The function gets `policy`: a Policy row or a ManagedPolicy.  Errors: ValidationError for what is no policy's ARN.
    """

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        policy_arn = str(params[member])
        found = find_policy(call, policy_arn, lock=lock, member=member)
        if found is None:
            return Target(arn=policy_arn, replaces=(member,), absent=NoSuchEntity(missing.format(policy_arn)))
        entity = None if isinstance(found, managed.ManagedPolicy) else found
        return Target(arn=policy_arn, entity=entity, given={"policy": found}, replaces=(member,))

    return resolve


def entity_and_policy(
    kind: Kind, *, policy_member: str = "policy_arn", missing: str = "Policy {} was not found."
) -> Resolver:
    """The user, group or role named in a request, and the managed policy to put on it or take from it.

    The entity is what policies are asked about; a missing policy is told before a missing entity, as AWS does.  The
    function gets the row under its kind, and `policy`.  Errors: ValidationError for what is no policy's ARN.
    """
    name_member = f"{kind}_name"

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        found = policy(policy_member, missing=missing)(call, params, lock)
        entity = entity_target(call, kind, str(params[name_member]), name_member, lock)
        return replace(
            entity,
            given={**entity.given, **found.given},
            replaces=(name_member, policy_member),
            absent=found.absent or entity.absent,
        )

    return resolve


def find_policy(call: Call, policy_arn: str, *, lock: bool = False, member: str = "PolicyArn") -> Any:
    """The managed policy of an ARN: a Policy row, a ManagedPolicy, or None where there is none.

    Errors: ValidationError for what is no policy's ARN.
    """
    require_policy_arn(policy_arn, member)
    if managed.is_managed(policy_arn):
        return managed.find(policy_arn)
    return Policy.by_arn(call.account, policy_arn, lock=lock)


def require_policy_arn(policy_arn: str, member: str, error: type[ServiceError] = ValidationError) -> None:
    """Refuse what is not the ARN of a managed policy."""
    parts = policy_arn.split(":", 5)
    good = (
        len(parts) == 6 and parts[0] == "arn" and parts[2:4] == ["iam", ""] and parts[5].startswith("policy/")
    )
    if not good or not (parts[1] and parts[4]):
        raise error(f"ARN {policy_arn} is not valid.", member=member)


def account_root(call: Call, params: Params, lock: bool) -> Target:  # noqa: ARG001  # the resolvers' one signature
    """The account itself."""
    return Target(arn=f"arn:aws:iam::{call.account.number}:root")


def own_name(call: Call) -> str:
    """The name of the calling user.  Errors: ValidationError where the caller is no user."""
    if call.principal.kind != "user":
        raise ValidationError(
            "Must specify userName when calling with non-User credentials", member="UserName"
        )
    return call.principal.name


def boundary_policy(call: Call, policy_arn: str) -> Any:
    """The policy to use as a permissions boundary: a Policy row, locked so that it cannot go meanwhile, or a ManagedPolicy.

    Errors: InvalidInput (no policy's ARN), NoSuchEntity.
    """
    require_policy_arn(policy_arn, "PermissionsBoundary", InvalidInput)
    found = find_policy(call, policy_arn, lock=True, member="PermissionsBoundary")
    if found is None:
        raise NoSuchEntity(
            f"Scope ARN: {policy_arn} does not exist or is not attachable.", member="PermissionsBoundary"
        )
    return found


def requested_boundary(call: Call, target: Target, params: Params) -> dict[str, str | tuple[str, ...]]:  # noqa: ARG001
    """iam:PermissionsBoundary as the request asks for it."""
    wanted = params.get("permissions_boundary")
    return {"iam:permissionsboundary": wanted} if wanted else {}


def refuse_protected(role: Role) -> None:
    """Refuse to change a service-linked role through ordinary calls.  Errors: UnmodifiableEntity."""
    if role.path.startswith(SERVICE_ROLE_PATH):
        raise UnmodifiableEntity(
            f"Cannot perform the operation on the protected role '{role.name}'"
            " - this role is only modifiable by AWS"
        )


def refuse_service_policy(policy: Policy | managed.ManagedPolicy) -> None:
    """Refuse to put on an ordinary entity what only a service-linked role may have.  Errors: PolicyNotAttachable."""
    if isinstance(policy, managed.ManagedPolicy) and policy.path.startswith(SERVICE_ROLE_PATH):
        raise PolicyNotAttachable("Cannot attach a Service Role Policy to a Customer Role.")


def own_policy(policy: Policy | managed.ManagedPolicy, *, act: str) -> Policy:
    """The row of a policy about to be changed.  Errors: AccessDenied for AWS's policies: "Cannot <act> outside …"."""
    if isinstance(policy, managed.ManagedPolicy):
        raise AccessDenied(f"Cannot {act} outside your own account.", resource=policy.arn)
    return policy


def row_of(policy: Any) -> Any:
    """The Policy row to refer to, or None for AWS's policies, which are data."""
    return None if isinstance(policy, managed.ManagedPolicy) else policy
