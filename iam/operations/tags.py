"""Tags of everything that can have them: one table, three operations for each kind.

Users and roles compare keys without case; the others tell `a` from `A`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from accounts.models import MfaDevice
from accounts.prepared import rewrite
from iam import tagging, targets
from iam.call import Call, Output, Page, Params, Tags, Target
from iam.catalogue import Resolver, operation
from iam.managed import ManagedPolicy
from iam.models import InstanceProfile, OpenIdProvider, Policy, Role, SamlProvider, ServerCertificate, User

Tagged: TypeAlias = (
    User | Role | Policy | MfaDevice | InstanceProfile | OpenIdProvider | SamlProvider | ServerCertificate
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing with tags, by the noun in its operations' names.

    `principal`: its tags say what it may do itself (aws:PrincipalTag).  `provider`: taking no tag off is a fault.
    Source: recorded answers of AWS.
    """

    noun: str
    target: Resolver
    case_sensitive: bool = False
    principal: bool = False
    provider: bool = False


KINDS = (
    Kind("User", targets.user("user_name"), principal=True),
    Kind("Role", targets.role("role_name"), principal=True),
    Kind("Policy", targets.policy(), case_sensitive=True),
    Kind("MFADevice", targets.mfa_device(), case_sensitive=True),
    Kind("InstanceProfile", targets.instance_profile(), case_sensitive=True),
    Kind("OpenIDConnectProvider", targets.oidc_provider(), case_sensitive=True, provider=True),
    Kind("SAMLProvider", targets.saml_provider(), case_sensitive=True, provider=True),
    Kind("ServerCertificate", targets.server_certificate(), case_sensitive=True),
)


def _as_entity(resolver: Resolver) -> Resolver:
    """The same target, whose row the function gets as `entity`, of whatever kind."""

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        found = resolver(call, params, lock)
        return replace(found, given={"entity": next(iter(found.given.values()), None)})

    return resolve


def _offer(kind: Kind) -> None:
    target = _as_entity(kind.target)

    @operation(f"iam.Tag{kind.noun}", target=target, revises=kind.principal)
    def tag(call: Call, *, entity: Tagged | ManagedPolicy, tags: Tags) -> None:
        """Lay tags over those that are there; a key that is there gets the new spelling and value in its place.

        Errors: NoSuchEntity, InvalidInput (no tags; a key twice; AWS's own prefix), LimitExceeded (50 tags),
        AccessDenied (AWS's policies).
        Source: IAM User Guide, tagging IAM resources.
        """
        tagging.require_some(tags, "Tags")
        own = _own(entity, act="tag policies")
        own.tags = tagging.added(own.tags, tags, case_sensitive=kind.case_sensitive)
        rewrite(own, "tags")

    @operation(f"iam.Untag{kind.noun}", target=target, revises=kind.principal)
    def untag(call: Call, *, entity: Tagged | ManagedPolicy, tag_keys: Sequence[str]) -> None:
        """Take tags off; a key that is not there is no fault.  To name none is InvalidInput, of a provider alone.

        Errors: NoSuchEntity, AccessDenied (AWS's policies).
        """
        if kind.provider:
            tagging.require_some(tag_keys, "TagKeys")
        own = _own(entity, act="untag policies")
        own.tags = tagging.removed(own.tags, tag_keys, case_sensitive=kind.case_sensitive)
        rewrite(own, "tags")

    @operation(f"iam.List{kind.noun}Tags", target=target, reads=True)
    def list_tags(call: Call, *, entity: Tagged | ManagedPolicy, page: Page) -> Output:
        """List tags, shorter keys first, then by code point; AWS's policies have none.

        Errors: NoSuchEntity, ValidationError (marker).
        """
        tags = () if isinstance(entity, ManagedPolicy) else entity.tags
        return page.of_values("Tags", tagging.sorted_tags(tags))


def _own(entity: Tagged | ManagedPolicy, *, act: str) -> Tagged:
    return targets.own_policy(entity, act=act) if isinstance(entity, ManagedPolicy) else entity


for _kind in KINDS:
    _offer(_kind)
