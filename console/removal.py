"""What must go before a user, group or role can be deleted: found through the operations, named, and taken away in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from console.kinds import GROUP, ROLE, USER, Kind
from console.mfa_devices import is_virtual
from console.panels import Panel, Refusal, panel
from console.steps import Outcome, Step, carry_out

MOST_MEMBERS = 500


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that goes: its name for people, and the steps that take it away."""

    words: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that goes, the thing itself last.  `unseen` are lists that may not be read: what is in them stays unknown.

    `more`: the thing has more members than are taken out at one go.
    """

    name: str
    parts: tuple[Part, ...]
    last: Step
    unseen: tuple[Refusal, ...] = ()
    more: bool = False

    @property
    def goes(self) -> list[str]:
        """What goes with it, in words."""
        return [part.words for part in self.parts]

    @property
    def steps(self) -> list[Step]:
        """Everything to do, in order."""
        return [*(step for part in self.parts for step in part.steps), self.last]

    @property
    def blind_spots(self) -> str:
        """A sentence on what could not be looked up; "" where everything could."""
        if not self.unseen:
            return ""
        actions = ", ".join(refused.action for refused in self.unseen)
        return f"This list may not be whole: you need {actions} to see everything."

    def carry_out(self, request: HttpRequest) -> tuple[Outcome, ...]:
        """Take everything away; after a failure nothing more is tried."""
        return carry_out(request, self.steps, halt=True)


def of_user(request: HttpRequest, name: str) -> Plan:
    """What hangs on a user.  Errors: NoSuchEntity."""
    policies, unseen = _policies(request, USER, name)
    groups = panel(request, "iam.ListGroupsForUser", user_name=name, max_items=1000)
    keys = panel(request, "iam.ListAccessKeys", user_name=name, max_items=1000)
    devices = panel(request, "console.MFADevices", user_name=name)
    profile = panel(request, "iam.GetLoginProfile", absent_ok=True, user_name=name)
    parts = [
        *policies,
        *(_membership(group["GroupName"], name, "group") for group in groups.result.get("Groups", ())),
        *(_key(name, key) for key in keys.result.get("AccessKeyMetadata", ())),
        *(
            _device(name, device["SerialNumber"], device["DeviceName"])
            for device in devices.result.get("MFADevices", ())
        ),
    ]
    if profile.result:
        parts.append(
            _one(
                "The console password",
                "Take the console password away",
                "iam.DeleteLoginProfile",
                user_name=name,
            )
        )
    return Plan(
        name,
        tuple(parts),
        Step("Delete the user", "iam.DeleteUser", {"user_name": name}),
        (*unseen, *_refusals((groups, keys, devices, profile))),
    )


def of_group(request: HttpRequest, name: str) -> Plan:
    """What hangs on a group, up to a number of members.  Errors: NoSuchEntity."""
    policies, unseen = _policies(request, GROUP, name)
    members = panel(request, "iam.GetGroup", group_name=name, max_items=MOST_MEMBERS)
    parts = [
        *(_membership(name, user["UserName"], "user") for user in members.result.get("Users", ())),
        *policies,
    ]
    last = Step("Delete the group", "iam.DeleteGroup", {"group_name": name})
    return Plan(name, tuple(parts), last, (*unseen, *_refusals((members,))), bool(members.next))


def of_role(request: HttpRequest, name: str) -> Plan:
    """What hangs on a role; its sessions need no taking away, they end with it.  Errors: NoSuchEntity."""
    policies, unseen = _policies(request, ROLE, name)
    profiles = panel(request, "iam.ListInstanceProfilesForRole", role_name=name, max_items=1000)
    sessions = panel(request, "tenant.ListSessions", role_name=name, max_items=1000)
    parts = [
        *policies,
        *(
            _one(
                f"Its place in the instance profile {profile['InstanceProfileName']}",
                f"Take it out of the instance profile {profile['InstanceProfileName']}",
                "iam.RemoveRoleFromInstanceProfile",
                instance_profile_name=profile["InstanceProfileName"],
                role_name=name,
            )
            for profile in profiles.result.get("InstanceProfiles", ())
        ),
        *(
            Part(f"Session {session['Name'] or session['AccessKeyId']} of {session['IssuedTo']}", ())
            for session in sessions.result.get("Sessions", ())
        ),
    ]
    last = Step("Delete the role", "iam.DeleteRole", {"role_name": name})
    return Plan(name, tuple(parts), last, (*unseen, *_refusals((profiles,))))


def _policies(request: HttpRequest, kind: Kind, name: str) -> tuple[list[Part], tuple[Refusal, ...]]:
    named = kind.named(name)
    attached = panel(request, kind.operation("ListAttached{}Policies"), **named, max_items=1000)
    inline = panel(request, kind.operation("List{}Policies"), **named, max_items=1000)
    parts = [
        _one(
            f"The attachment of {policy['PolicyName']}",
            f"Detach {policy['PolicyName']}",
            kind.operation("Detach{}Policy"),
            **named,
            policy_arn=policy["PolicyArn"],
        )
        for policy in attached.result.get("AttachedPolicies", ())
    ]
    parts += [
        _one(
            f"Inline policy {policy}",
            f"Delete inline policy {policy}",
            kind.operation("Delete{}Policy"),
            **named,
            policy_name=policy,
        )
        for policy in inline.result.get("PolicyNames", ())
    ]
    return parts, tuple(_refusals((attached, inline)))


def _membership(group: str, user: str, told: str) -> Part:
    words = f"Its membership in {group}" if told == "group" else f"The membership of {user}"
    done = f"Take {user} out of {group}"
    return _one(words, done, "iam.RemoveUserFromGroup", group_name=group, user_name=user)


def _key(name: str, key: Mapping[str, Any]) -> Part:
    words = f"Access key {key['AccessKeyId']} ({key['Status'].lower()})"
    done = f"Delete access key {key['AccessKeyId']}"
    return _one(words, done, "iam.DeleteAccessKey", user_name=name, access_key_id=key["AccessKeyId"])


def _device(name: str, serial: str, called: str) -> Part:
    steps = [
        Step(
            f"Deactivate MFA device {called}",
            "iam.DeactivateMFADevice",
            {"user_name": name, "serial_number": serial},
        )
    ]
    if is_virtual(serial):
        steps.append(
            Step(f"Forget MFA device {called}", "iam.DeleteVirtualMFADevice", {"serial_number": serial})
        )
    return Part(f"MFA device {called}", tuple(steps))


def device_steps(name: str, serial: str, called: str) -> Sequence[Step]:
    """Taking an MFA device from its user; a virtual one is forgotten as well."""
    return _device(name, serial, called).steps


def _one(words: str, done: str, operation: str, **params: Any) -> Part:
    return Part(words, (Step(done, operation, params),))


def _refusals(panels: Iterable[Panel]) -> list[Refusal]:
    return [each.refused for each in panels if each.refused]
