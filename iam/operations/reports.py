"""The credential report: begun as a job, kept for four hours, handed out whole to programs and by pages to the console.

Source: IAM User Guide, getting credential reports; recorded answers of AWS.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from iam import jobs
from iam.call import Call, Output, Page
from iam.catalogue import asks, operation
from iam.errors import ReportExpired, ReportInProgress, ReportNotPresent
from iam.models import Job, JobKind, JobPart, JobState
from iam.reports import credential_report

KEPT_FOR = timedelta(hours=4)
STARTING = "No report exists. Starting a new report generation task"


@operation("iam.GenerateCredentialReport")
def generate_credential_report(call: Call) -> Output:
    """Have a report made unless one is under way or not four hours old yet; tell which of these it is.

    Source: IAM API Reference, GenerateCredentialReport.
    """
    job = _latest(call)
    if job is not None and job.state == JobState.DONE and not _expired(job, call):
        return {"State": "COMPLETE"}
    _, fresh = jobs.begin(call, JobKind.CREDENTIAL_REPORT)
    return {"State": "STARTED", "Description": STARTING} if fresh else {"State": "INPROGRESS"}


@operation("iam.GetCredentialReport", reads=True)
def get_credential_report(call: Call) -> Output:
    """Answer the report as CSV.

    Errors: ReportNotPresent, ReportInProgress, ReportExpired.
    """
    job = _latest(call)
    if job is None or job.state == JobState.FAILED:
        raise ReportNotPresent
    if job.open:
        raise ReportInProgress("The credential report is being generated. Try again in a little while.")
    if _expired(job, call):
        raise ReportExpired(
            "The credential report has expired: it is older than four hours. Generate a new one."
        )
    return {"Content": jobs.content(job), "ReportFormat": "text/csv", "GeneratedTime": job.finished_at}


@operation("console.CredentialReport", checks=asks("iam:GetCredentialReport"), reads=True)
def credential_report_page(call: Call, *, page: Page) -> Output:
    """Answer how far the newest report is and, once it is there, a page of a hundred of its rows.

    State is none, waiting, running, done, expired or failed.

    Errors: ValidationError (marker).
    """
    job = _latest(call)
    if job is None:
        return {"State": "none", "Entries": []}
    known: dict[str, Any] = {
        "Done": job.done,
        "Total": job.total,
        "RequestedBy": job.requested_by,
        "StartTime": job.created_at,
        "Message": job.error_message or None,
    }
    if job.state != JobState.DONE or _expired(job, call):
        state = "expired" if job.state == JobState.DONE else job.state
        return {**known, "State": state, "GeneratedTime": job.finished_at, "Entries": []}
    found = page.of("Entries", job.parts.all(), key="name", row=_rows)
    return {
        **known,
        **found,
        "State": "done",
        "GeneratedTime": job.finished_at,
        "ExpireTime": _expiry(job),
        "Entries": [row for rows in found["Entries"] for row in rows],
    }


def _rows(part: JobPart) -> list[Mapping[str, str]]:
    rows = credential_report.read(bytes(part.content))
    return [{_member(column): cell for column, cell in row.items()} for row in rows]


def _member(column: str) -> str:
    return "".join(word.capitalize() for word in column.split("_"))


def _latest(call: Call) -> Job | None:
    return call.account.jobs.all().newest(JobKind.CREDENTIAL_REPORT)


def _expired(job: Job, call: Call) -> bool:
    return call.now >= _expiry(job)


def _expiry(job: Job) -> datetime:
    return (job.finished_at or job.created_at) + KEPT_FOR
