"""The credential report: made by a worker while the page shows how far it is, read as a table, taken along as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts import spreadsheet
from console import cli, paging
from console.calls import run
from console.page import go, page
from console.panels import Panel, panel
from console.session import HtmxRequest, signed_in
from iam.errors import ReportExpired, ReportInProgress, ReportNotPresent

ROOT = "<root_account>"
NOT_APPLICABLE = "N/A"
NOT_TOLD = "not_supported"
NEVER_USED = "no_information"
STARTED = "The report is being made."
COMPLETE = "The present report is not four hours old yet, so it was not made again."


@dataclass(frozen=True, slots=True)
class Key:
    """An access key or certificate as the report has it: made (or rotated), last used, and whether it is active."""

    active: bool
    made: datetime
    used: datetime | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the report.  `console`, whether a password opens it, is "on", "off" or "untold"; times are None where the report has none."""

    name: str
    arn: str
    root: bool
    created: datetime | None
    console: str
    used: datetime | None
    changed: datetime | None
    rotation: datetime | None
    mfa: bool
    keys: tuple[Key, ...]
    certificates: tuple[Key, ...]

    @property
    def unguarded(self) -> bool:
        """Whether a password alone opens the console."""
        return not self.mfa and self.console != "off"


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """Show the newest report by pages, or how far it is."""
    report = panel(request, "console.CredentialReport", marker=paging.marker(request), max_items=1)
    return page(
        request,
        "console/credential_report/index.html",
        partial="report",
        report=report,
        under_way=_state(report) in ("waiting", "running"),
        ready=_state(report) == "done",
        lines=[_line(entry) for entry in report.result.get("Entries", ())],
        pages=paging.pages(request, report.next),
        cli=cli.line("iam.GetCredentialReport", {}),
    )


@signed_in
@require_POST
def generate(request: HtmxRequest) -> HttpResponse:
    """Have a report made, unless there is one that is still good."""
    state = run(request, "iam.GenerateCredentialReport")["State"]
    if state == "COMPLETE":
        return go("credential-report:index", say=COMPLETE, tone="info")
    return go("credential-report:index", say=STARTED)


@signed_in
@require_GET
def download(request: HtmxRequest) -> HttpResponseBase:
    """The whole report as CSV whose cells no spreadsheet runs; programs get it unchanged by GetCredentialReport."""
    try:
        report = run(request, "iam.GetCredentialReport")
    except (ReportExpired, ReportInProgress, ReportNotPresent):
        return go(
            "credential-report:index", say="There is no report that could be downloaded.", tone="attention"
        )
    response = StreamingHttpResponse(_inert(report["Content"]), content_type="text/csv; charset=utf-8")
    made = report["GeneratedTime"].strftime("%Y-%m-%d")
    response.headers["Content-Disposition"] = f'attachment; filename="credential-report-{made}.csv"'
    return response


def _inert(content: bytes) -> Iterator[str]:
    return spreadsheet.lines(csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")))


def _state(report: Panel) -> str:
    return str(report.result.get("State", ""))


def _line(entry: Mapping[str, Any]) -> Line:
    console = {"true": "on", "false": "off"}.get(entry["PasswordEnabled"], "untold")
    return Line(
        name=entry["User"],
        arn=entry["Arn"],
        root=entry["User"] == ROOT,
        created=_moment(entry["UserCreationTime"]),
        console=console,
        used=_moment(entry["PasswordLastUsed"]),
        changed=_moment(entry["PasswordLastChanged"]),
        rotation=_moment(entry["PasswordNextRotation"]),
        mfa=entry["MfaActive"] == "true",
        keys=_keys(entry),
        certificates=_certificates(entry),
    )


def _keys(entry: Mapping[str, Any]) -> tuple[Key, ...]:
    found = []
    for number in (1, 2):
        name = f"AccessKey{number}"
        if (made := _moment(entry[f"{name}LastRotated"])) is not None:
            place = (entry[f"{name}LastUsedService"], entry[f"{name}LastUsedRegion"])
            used = _moment(entry[f"{name}LastUsedDate"])
            found.append(Key(entry[f"{name}Active"] == "true", made, used, ", ".join(place) if used else ""))
    return tuple(found)


def _certificates(entry: Mapping[str, Any]) -> tuple[Key, ...]:
    dated = [(_moment(entry[f"Cert{n}LastRotated"]), entry[f"Cert{n}Active"] == "true") for n in (1, 2)]
    return tuple(Key(active, made) for made, active in dated if made is not None)


def _moment(cell: str) -> datetime | None:
    return None if cell in (NOT_APPLICABLE, NEVER_USED, NOT_TOLD) else datetime.fromisoformat(cell)


app_name = "credential-report"
urlpatterns = [
    path("analysis/credentials/", index, name="index"),
    path("analysis/credentials/generate/", generate, name="generate"),
    path("analysis/credentials/download/", download, name="download"),
]
