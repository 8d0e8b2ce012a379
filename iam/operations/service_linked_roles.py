"""Roles linked to a service: made under the service's name and policy, and deleted through a task.

Ordinary calls cannot change them (targets.refuse_protected).
"""

import re
import uuid
from typing import Any

from iam import describe, quotas, service_linked, targets, usage
from iam.call import Call, Output, Params, Target
from iam.catalogue import operation
from iam.errors import EntityAlreadyExists, InvalidInput, NoSuchEntity
from iam.ids import unique_id
from iam.models import DeletionState, DeletionTask, Role, fold
from iam.models.scoped import arn
from iam.service_linked import ServiceLink

_TASK = re.compile(r"task/aws-service-role/([^/]+)/([^/]+)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_NAME = 64


def _role_to_be(call: Call, params: Params, lock: bool) -> Target:
    """The ARN that the role will have; of an unknown service, any name under its path."""
    service = params["aws_service_name"]
    link = service_linked.links().get(service)
    name = link.named(params.get("custom_suffix", "")) if link else "*"
    return Target(arn=arn(call.account.number, "role", f"{service_linked.PATH}{service}/", name))


def _service_name(call: Call, target: Target, params: Params) -> dict[str, str | tuple[str, ...]]:
    """iam:AWSServiceName: which service the role is for."""
    return {"iam:awsservicename": params["aws_service_name"]}


@operation("iam.CreateServiceLinkedRole", target=_role_to_be, keys=_service_name)
def create_service_linked_role(
    call: Call, *, aws_service_name: str, description: str = "", custom_suffix: str = ""
) -> Output:
    """Make the role that the service alone may assume, with the service's one policy attached.

    Errors: InvalidInput (unknown service; suffix not allowed; name taken), LimitExceeded (roles).
    Source: IAM API Reference, CreateServiceLinkedRole.
    """
    link = _sound_link(aws_service_name, custom_suffix)
    name = link.named(custom_suffix)
    try:
        role = Role.make(
            quotas.room(call.account, "Roles"),
            account=call.account,
            unique_id=unique_id("AROA"),
            name=name,
            name_key=fold(name),
            path=link.path,
            created_at=call.now,
            description=description,
            trust_document=link.trust_document,
        )
    except EntityAlreadyExists:
        raise InvalidInput(
            f"Service role name {name} has been taken in this account, please try a different suffix.",
            member="CustomSuffix",
        ) from None
    role.attachments.create(account=call.account, policy_arn=link.policy.arn)
    usage.attached(call.account, link.policy)
    return {"Role": describe.role_made(role, role.trust_document)}


def _sound_link(service: str, suffix: str) -> ServiceLink:
    link = service_linked.links().get(service)
    if link is None:
        raise InvalidInput(f"Cannot find Service Linked Role template for {service}", member="AWSServiceName")
    if suffix and not link.suffix_allowed:
        raise InvalidInput(f"Custom suffix is not allowed for {service}", member="CustomSuffix")
    if len(link.named(suffix)) > _LONGEST_NAME:
        raise InvalidInput(
            f"The name of the role with its suffix has at most {_LONGEST_NAME} characters.",
            member="CustomSuffix",
        )
    return link


@operation("iam.DeleteServiceLinkedRole", target=targets.role("role_name"), revises=True)
def delete_service_linked_role(call: Call, *, role: Role) -> Output:
    """Delete the role unless sessions of it are live; the task whose id is answered says which of both it was.

    Errors: NoSuchEntity (also for an ordinary role).
    Source: IAM API Reference, DeleteServiceLinkedRole.
    """
    if not role.path.startswith(service_linked.PATH):
        raise NoSuchEntity(f"The service-linked role with name {role.name} cannot be found.")
    task = DeletionTask(
        account=call.account,
        task_id=f"task{role.path}{role.name}/{uuid.uuid4()}",
        created_at=call.now,
        state=DeletionState.SUCCEEDED,
    )
    if role.sessions.live(call.now).exists():
        task.state = DeletionState.FAILED
        task.reason = "The role has active sessions. End them, or wait until they expire, and try again."
    else:
        _delete(call, role)
    task.save()
    return {"DeletionTaskId": task.task_id}


def _delete(call: Call, role: Role) -> None:
    quotas.give_back(
        call.account, "Roles"
    )  # before usage, as CreateServiceLinkedRole does: both rows are held
    for attachment in role.attachments.all():
        usage.detached(call.account, attachment.policy_arn)
    role.attachments.all().delete()
    role.delete()


def _role_of_task(call: Call, params: Params, lock: bool) -> Target:
    """Policies are asked about the role of the task, which may be gone.  Errors: InvalidInput (no task's id)."""
    task_id = str(params["deletion_task_id"])
    parts = _TASK.fullmatch(task_id)
    if parts is None:
        raise InvalidInput(f"{task_id} is not the id of a deletion task.", member="DeletionTaskId")
    service, name = parts.groups()
    role_arn = arn(call.account.number, "role", f"{service_linked.PATH}{service}/", name)
    task = call.account.deletion_tasks.filter(task_id=task_id).first()
    if task is None:
        absent = NoSuchEntity(f"Deletion task {task_id} cannot be found.", member="DeletionTaskId")
        return Target(arn=role_arn, replaces=("deletion_task_id",), absent=absent)
    return Target(arn=role_arn, given={"task": task}, replaces=("deletion_task_id",))


@operation("iam.GetServiceLinkedRoleDeletionStatus", target=_role_of_task, reads=True)
def get_service_linked_role_deletion_status(call: Call, *, task: DeletionTask) -> Output:
    """Answer how a deletion ended, and why it failed if it did.

    Errors: NoSuchEntity, InvalidInput (no task's id).
    """
    answer: dict[str, Any] = {"Status": task.state}
    return {**answer, **({"Reason": {"Reason": task.reason}} if task.reason else {})}
