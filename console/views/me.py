"""My security credentials: password, MFA devices and access keys at a glance; and what I may do, by which policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from accounts import passwords, recovery
from console import addresses, own
from console.page import page, tabs
from console.panels import Panel, panel
from console.session import HtmxRequest, required, signed_in

PARTS: Final = (("", "Credentials"), ("permissions", "My permissions"))
MOST_GROUPS: Final = 100

# What each part of the page needs, for those who have been given nothing.
NEEDS: Final = (
    ("Change the password", ("iam:ChangePassword",), "user"),
    (
        "See MFA devices and keys",
        ("iam:ListMFADevices", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"),
        "user",
    ),
    (
        "Add and forget an authenticator app",
        ("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"),
        "mfa",
    ),
    (
        "Put it to use, repair it, take it off",
        ("iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:DeactivateMFADevice"),
        "user",
    ),
    (
        "Make, switch and delete access keys",
        ("iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"),
        "user",
    ),
    (
        "See groups and policies",
        ("iam:ListGroupsForUser", "iam:ListAttachedUserPolicies", "iam:ListUserPolicies"),
        "user",
    ),
)
SELF_SERVICE: Final = (
    ("arn:aws:iam::aws:policy/IAMUserChangePassword", "one's own password"),
    (
        "arn:aws:iam::aws:policy/WardsteadSelfServiceWithMFA",
        "all of one's own credentials, and MFA before anything else",
    ),
)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One of my access keys, when it last signed, and the new key it is being exchanged for."""

    key: Mapping[str, Any]
    used: Panel
    rotation: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """One of my groups, and what it brings."""

    name: str
    attached: Panel
    inline: Panel


@signed_in
@require_GET
def credentials(request: HtmxRequest) -> HttpResponse:
    """Show what the person has to sign in and to sign requests with, and where to change it."""
    who = required(request)
    if who.role is not None:
        return page(request, "console/me/role.html", who=who)
    devices = panel(request, "console.MFADevices")
    keys = panel(request, "iam.ListAccessKeys", max_items=1000)
    rotations = panel(request, "tenant.ListKeyRotations")
    account = who.account
    shown: dict[str, Any] = {
        "account": account,
        "is_root": who.principal.kind == "root",
        "who": who,
        "sign_in": addresses.sign_in(account.sign_in_name),
        "tabs": tabs(own.CREDENTIALS, "", PARTS),
        "expires": passwords.expires_at(who.identity),
        "devices": devices,
        "codes_left": recovery.left(who.identity),
        "keys": keys,
        "rows": _keys(request, keys, rotations),
        "waiting": [row for row in rotations.result.get("KeyRotations", ()) if row["Collectable"]],
        "needs": _needs(request),
        "self_service": SELF_SERVICE,
        "refused": devices.refused or keys.refused,
    }
    return page(request, "console/me/credentials.html", **shown)


@signed_in
@require_GET
def permissions(request: HtmxRequest) -> HttpResponse:
    """Show which groups and policies give the person what they may do."""
    who = required(request)
    if who.role is not None:
        return page(request, "console/me/role.html", who=who)
    is_root = who.principal.kind == "root"
    shown: dict[str, Any] = {
        "is_root": is_root,
        "who": who,
        "tabs": tabs(own.CREDENTIALS, "permissions", PARTS),
        "boundary": who.principal.boundary_arn,
        "self_service": SELF_SERVICE,
        "needs": _needs(request),
    }
    if not is_root:
        named: dict[str, Any] = {"user_name": who.principal.name, "max_items": 1000}
        groups = panel(request, "iam.ListGroupsForUser", **named)
        shown["groups"], shown["through"] = groups, _groups(request, groups)
        shown["attached"] = panel(request, "iam.ListAttachedUserPolicies", **named)
        shown["inline"] = panel(request, "iam.ListUserPolicies", **named)
        shown["refused"] = any(shown[name].refused for name in ("groups", "attached", "inline"))
    return page(request, "console/me/permissions.html", **shown)


def _keys(request: HttpRequest, keys: Panel, rotations: Panel) -> list[OwnKey]:
    under_way = {
        row["OldAccessKeyId"]: row
        for row in rotations.result.get("KeyRotations", ())
        if not row.get("EndDate")
    }
    return [
        OwnKey(
            key,
            panel(request, "iam.GetAccessKeyLastUsed", access_key_id=key["AccessKeyId"]),
            under_way.get(key["AccessKeyId"]),
        )
        for key in keys.result.get("AccessKeyMetadata", ())
    ]


def _groups(request: HttpRequest, groups: Panel) -> list[OwnGroup]:
    names = [group["GroupName"] for group in groups.result.get("Groups", ())[:MOST_GROUPS]]
    return [
        OwnGroup(
            name,
            panel(request, "iam.ListAttachedGroupPolicies", group_name=name, max_items=1000),
            panel(request, "iam.ListGroupPolicies", group_name=name, max_items=1000),
        )
        for name in names
    ]


def _needs(request: HttpRequest) -> list[dict[str, Any]]:
    """What each part takes, and on which resource of this person's."""
    who = required(request)
    resources = {"user": who.principal.arn, "mfa": f"arn:aws:iam::{who.account.number}:mfa/*"}
    return [{"what": what, "actions": actions, "on": resources[kind]} for what, actions, kind in NEEDS]


app_name = "me"
urlpatterns = [
    path("me/credentials/", credentials, name="credentials"),
    path("me/credentials/permissions/", permissions, name="permissions"),
]
