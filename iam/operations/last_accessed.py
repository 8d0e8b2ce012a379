"""When services and actions were last used with the policies of a user, group, role or managed policy.

A report is a job of whoever asked for it, kept for a week; nobody else reads it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iam import ids, jobs, policy_sources, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import InvalidInput, NoSuchEntity, ValidationError
from iam.models import Job, JobKind, JobState
from iam.reports import last_accessed

_STATUS = {JobState.DONE.value: "COMPLETED", JobState.FAILED.value: "FAILED"}
_SUBJECT = policy_sources.source("arn", member="Arn")
_POLICY = targets.policy("arn")


def _resource(call: Call, params: Params, lock: bool) -> Target:  # nothing of it is changed
    """The user, group, role or managed policy of an ARN.  Errors: InvalidInput for an ARN of anything else."""
    if ids.resource_in(str(params["arn"]))[0] != "policy":
        return replace(_SUBJECT(call, params, False), given={}, replaces=())
    try:
        return replace(_POLICY(call, params, False), given={}, replaces=())
    except ValidationError as refusal:
        raise InvalidInput(refusal.message, member="Arn") from None


@operation("iam.GenerateServiceLastAccessedDetails", target=_resource)
def generate_service_last_accessed_details(
    call: Call, *, arn: str, granularity: str = "SERVICE_LEVEL"
) -> Output:
    """Have a report made, and answer the id by which its starter reads it; an equal one under way is the same job.

    Errors: NoSuchEntity, InvalidInput (an ARN of anything else).
    Source: IAM API Reference, GenerateServiceLastAccessedDetails.
    """
    job, _ = jobs.begin(call, JobKind.LAST_ACCESSED, arn=arn, granularity=granularity)
    return {"JobId": str(job.job_id)}


@operation("iam.GetServiceLastAccessedDetails", reads=True)
def get_service_last_accessed_details(call: Call, *, job_id: str, page: Page) -> Output:
    """Answer how the job is and, once it is done, the services the policies grant with their last use, by namespace.

    Errors: NoSuchEntity (no such job of the caller, or past a week), ValidationError (marker).
    Source: IAM API Reference, GetServiceLastAccessedDetails.
    """
    job = _own_job(call, job_id)
    services = last_accessed.read(jobs.part(job, last_accessed.SERVICES))
    found = page.of_values("ServicesLastAccessed", services)
    found["ServicesLastAccessed"] = [_service(entry) for entry in found["ServicesLastAccessed"]]
    return {**_state(job), "JobType": job.parameters["granularity"], **found}


@operation("iam.GetServiceLastAccessedDetailsWithEntities", reads=True)
def get_service_last_accessed_details_with_entities(
    call: Call, *, job_id: str, service_namespace: str, page: Page
) -> Output:
    """Answer the users and roles that could use the service by the policies, the latest use first.

    A service that is not granted has none; users and roles deleted since the report are left out.

    Errors: NoSuchEntity (no such job of the caller, or past a week), ValidationError (marker).
    Source: IAM API Reference, GetServiceLastAccessedDetailsWithEntities.
    """
    job = _own_job(call, job_id)
    found = page.of_values("EntityDetailsList", _entities(job, service_namespace.lower()))
    found["EntityDetailsList"] = _described(call, found["EntityDetailsList"])
    return {**_state(job), **found}


def _own_job(call: Call, job_id: str) -> Job:
    job = call.account.jobs.filter(kind=JobKind.LAST_ACCESSED).with_id(job_id)
    if job is None or job.requester != call.principal.unique_id:
        raise NoSuchEntity(f"The job {job_id} cannot be found.", member="JobId")
    return job


def _state(job: Job) -> dict[str, Any]:
    known: dict[str, Any] = {
        "JobStatus": _STATUS.get(job.state, "IN_PROGRESS"),
        "JobCreationDate": job.created_at,
        "JobCompletionDate": job.finished_at,
    }
    if job.state == JobState.FAILED:
        known["Error"] = {"Code": job.error_code, "Message": job.error_message}
    return known


def _entities(job: Job, service: str) -> list[list[Any]]:
    used = jobs.part(job, last_accessed.of_service(service))
    if used is not None:
        return last_accessed.read(used)
    services = last_accessed.read(jobs.part(job, last_accessed.SERVICES))
    if all(entry["ServiceNamespace"] != service for entry in services):
        return []
    return last_accessed.read(jobs.part(job, last_accessed.ENTITIES))


def _described(call: Call, chosen: list[list[Any]]) -> list[dict[str, Any]]:
    ids = [unique_id for unique_id, _ in chosen]
    rows: dict[str, tuple[str, Any]] = {}
    for kind, found in (("USER", call.account.users), ("ROLE", call.account.roles)):
        named = found.filter(unique_id__in=ids).select_related("account")
        rows.update((row.unique_id, (kind, row)) for row in named)
    return [_entity(*rows[unique_id], at) for unique_id, at in chosen if unique_id in rows]


def _entity(kind: str, row: Any, at: str | None) -> dict[str, Any]:
    info = {"Arn": row.arn, "Name": row.name, "Type": kind, "Id": row.unique_id, "Path": row.path}
    return {"EntityInfo": info, **({"LastAuthenticated": last_accessed.moment(at)} if at else {})}


def _service(entry: Mapping[str, Any]) -> dict[str, Any]:
    shown = _dated(entry, "LastAuthenticated")
    if "TrackedActionsLastAccessed" in entry:
        actions = entry["TrackedActionsLastAccessed"]
        shown["TrackedActionsLastAccessed"] = [_dated(action, "LastAccessedTime") for action in actions]
    return shown


def _dated(entry: Mapping[str, Any], member: str) -> dict[str, Any]:
    shown = {name: value for name, value in entry.items() if value is not None}
    if member in shown:
        shown[member] = last_accessed.moment(shown[member])
    return shown
