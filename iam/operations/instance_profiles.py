"""Instance profiles: made empty, given one role and relieved of it, listed, deleted once empty."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from iam import describe, quotas, tagging, targets, trust
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Tags, Target
from iam.catalogue import operation, target_keys
from iam.errors import DeleteConflict, LimitExceeded, NoSuchEntity
from iam.ids import unique_id
from iam.models import InstanceProfile, Role, fold
from iam.models.scoped import arn

# Which service machines are of, and how their ARNs read where neither region nor machine is known.
_MACHINES = "ec2.amazonaws.com"
_EVERY_MACHINE = "arn:aws:ec2:*:{}:instance/*"


@operation(
    "iam.CreateInstanceProfile",
    target=targets.new("instance-profile"),
    also=tagging.tag_on_create("iam:TagInstanceProfile"),
)
def create_instance_profile(
    call: Call, *, instance_profile_name: str, path: str = "/", tags: Tags = ()
) -> Output:
    """Make an instance profile without a role.

    Errors: EntityAlreadyExists (names differ by case only), LimitExceeded (profiles, tags), InvalidInput (tags).
    Source: IAM API Reference, CreateInstanceProfile.
    """
    stored_tags = tagging.added((), tags, case_sensitive=True)
    profile = InstanceProfile.make(
        quotas.room(call.account, "InstanceProfiles"),
        account=call.account,
        unique_id=unique_id("AIPA"),
        name=instance_profile_name,
        name_key=fold(instance_profile_name),
        path=path,
        created_at=call.now,
        tags=stored_tags,
    )
    return {"InstanceProfile": {**describe.instance_profile(profile, {}), **describe.tags_if_set(profile)}}


@operation("iam.GetInstanceProfile", target=targets.instance_profile(), reads=True)
def get_instance_profile(call: Call, *, instance_profile: InstanceProfile) -> Output:
    """Answer the profile with its role, and with tags even where there are none.  Errors: NoSuchEntity."""
    (shown,) = _described(call, [instance_profile])
    return {"InstanceProfile": {**shown, "Tags": tagging.sorted_tags(instance_profile.tags)}}


@operation("iam.ListInstanceProfiles", target=targets.path("instance-profile"), reads=True)
def list_instance_profiles(call: Call, *, page: Page, path_prefix: str = "/") -> Output:
    """List instance profiles by name, without tags.  Errors: ValidationError (marker)."""
    return _page_of(call, page, call.account.instance_profiles.under(path_prefix))


@operation("iam.ListInstanceProfilesForRole", target=targets.role("role_name"), reads=True)
def list_instance_profiles_for_role(call: Call, *, role: Role, page: Page) -> Output:
    """List the instance profiles that hold the role.  Errors: NoSuchEntity, ValidationError (marker)."""
    return _page_of(call, page, role.instance_profiles.all())


def _page_of(call: Call, page: Page, profiles: Any) -> Output:
    answer: dict[str, Any] = page.of(
        "InstanceProfiles", profiles.select_related("role"), key="name_key", row=lambda profile: profile
    )
    return {**answer, "InstanceProfiles": _described(call, answer["InstanceProfiles"])}


def _described(call: Call, profiles: Sequence[InstanceProfile]) -> list[dict[str, Any]]:
    """The profiles as lists show them; their roles' trust policies are read at once."""
    roles = []
    for profile in profiles:
        profile.account = call.account
        if profile.role is not None:
            profile.role.account = call.account
            roles.append(profile.role)
    documents = trust.shown(roles)
    return [describe.instance_profile(profile, documents) for profile in profiles]


def _profile_and_role(call: Call, params: Params, lock: bool) -> Target:
    """Policies are asked about the profile, which is looked up first; the role is to be passed to machines."""
    profile = targets.instance_profile()(call, params, lock)
    role = targets.role("role_name")(call, params, lock)
    return replace(
        profile,
        given={**profile.given, **role.given},
        replaces=(*profile.replaces, *role.replaces),
        absent=profile.absent or role.absent,
    )


def _pass_role(call: Call, target: Target, params: Params) -> Sequence[Check]:
    """Whoever gives a role to machines must be allowed to pass it to them."""
    role = target.given.get("role")
    role_arn = role.arn if role is not None else arn(call.account.number, "role", "/", params["role_name"])
    keys: dict[str, str | tuple[str, ...]] = {
        "iam:passedtoservice": _MACHINES,
        "iam:associatedresourcearn": _EVERY_MACHINE.format(call.account.number),
    }
    return (Check("iam:PassRole", role_arn, {**target_keys("iam:PassRole", Target(role_arn, role)), **keys}),)


@operation("iam.AddRoleToInstanceProfile", target=_profile_and_role, also=_pass_role)
def add_role_to_instance_profile(call: Call, *, instance_profile: InstanceProfile, role: Role) -> None:
    """Put the role into the profile, of which it is then the only one.

    Errors: NoSuchEntity (profile, role), LimitExceeded (the profile has a role), UnmodifiableEntity (service-linked
    role).
    Source: IAM API Reference, AddRoleToInstanceProfile (iam:PassRole and its condition keys).
    """
    if instance_profile.role_id is not None:
        raise LimitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    targets.refuse_protected(role)
    instance_profile.role = role
    instance_profile.save(update_fields=["role"])


@operation("iam.RemoveRoleFromInstanceProfile", target=_profile_and_role)
def remove_role_from_instance_profile(call: Call, *, instance_profile: InstanceProfile, role: Role) -> None:
    """Take the role out of the profile.

    Errors: NoSuchEntity (profile, role; a role that is not in the profile), UnmodifiableEntity (service-linked role).
    """
    if instance_profile.role_id != role.pk:
        raise NoSuchEntity(
            f"Role {role.name} in Instance Profile {instance_profile.name} cannot be found.",
            member="RoleName",
        )
    targets.refuse_protected(role)
    instance_profile.role = None
    instance_profile.save(update_fields=["role"])


@operation("iam.DeleteInstanceProfile", target=targets.instance_profile())
def delete_instance_profile(call: Call, *, instance_profile: InstanceProfile) -> None:
    """Delete an empty instance profile.  Errors: NoSuchEntity, DeleteConflict (it holds a role)."""
    if instance_profile.role_id is not None:
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    instance_profile.delete()
    quotas.give_back(call.account, "InstanceProfiles")
