"""The audit trail: events are appended, searched and exported; accounts.seals binds them.

An append is one INSERT without a lock; what arrives is made storable here, never refused.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

from django.db.models import Q, QuerySet

from accounts import spreadsheet
from accounts.models import Account, Event
from accounts.seals import Verification, seal, verify

__all__ = ["Verification", "append", "as_record", "export", "seal", "search", "verify"]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Source = Literal["api", "console", "signin", "system"]
Outcome = Literal["success", "denied", "failed"]

EXPORT_CHUNK = 500
"""Columns of an export in their order; the JSON names are the same."""
COLUMNS = (
    "id",
    "at",
    "account",
    "source",
    "service",
    "name",
    "outcome",
    "actor_arn",
    "actor_id",
    "access_key_id",
    "mfa",
    "peer",
    "user_agent",
    "request_id",
    "error_code",
    "error_message",
    "resources",
    "parameters",
    "response",
    "decision_id",
    "read_only",
)


def append(
    *,
    account: Account | None,
    at: datetime,
    source: Source,
    service: str,
    name: str,
    outcome: Outcome,
    actor_arn: str = "",
    actor_id: str = "",
    access_key_id: str = "",
    peer: str = "",
    user_agent: str = "",
    request_id: str = "",
    error_code: str = "",
    error_message: str = "",
    resources: Iterable[str] = (),
    parameters: Mapping[str, object] | None = None,
    response: Mapping[str, object] | None = None,
    decision_id: str = "",
    read_only: bool = False,
    mfa: bool = False,
) -> Event:
    """Add one event, in the transaction of the caller.

    `parameters` and `response` must come redacted; times, bytes and the like in them are written as
    text. Over-long text is cut to its column.
    """
    return Event.objects.create(
        account=account,
        at=at,
        source=source,
        service=service,
        name=_text(name, 128),
        outcome=outcome,
        actor_arn=_text(actor_arn, 2048),
        actor_id=_text(actor_id, 256),
        access_key_id=_text(access_key_id, 128),
        peer=_text(peer, 64),
        user_agent=_text(user_agent, 512),
        request_id=_text(request_id, 64),
        error_code=_text(error_code, 128),
        error_message=_text(error_message, 4096),
        resources=[_text(resource, 2048) for resource in resources],
        parameters=_plain(parameters),
        response=_plain(response),
        decision_id=_text(decision_id, 64),
        read_only=read_only,
        mfa=mfa,
    )


def search(
    account: Account,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    **equal: str | bool,
) -> QuerySet[Event]:
    """The account's events, newest first; `until` is not included, `before_id` continues a page.

    `equal` compares columns: name, source, service, outcome, actor_arn, actor_id, access_key_id,
    peer, request_id, decision_id, error_code, read_only. `text` is looked for in names and ARNs.
    """
    found = account.events.filter(**{column: value for column, value in equal.items() if value != ""})
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    if text:
        # JSON is searched as text, which serves for an ARN or a part of one on either database.
        found = found.filter(
            Q(name__icontains=text) | Q(actor_arn__icontains=text) | Q(resources__icontains=text)
        )
    return found.order_by("-id")


def export(events: QuerySet[Event], form: Literal["jsonl", "csv"]) -> Iterator[str]:
    """Lines of the events as JSON, one object a line, or as CSV with a head and inert cells.

    Nothing is held in memory but a few hundred events, so that a year can be streamed.
    """
    records = (as_record(event) for event in events.select_related("account").iterator(EXPORT_CHUNK))
    if form == "jsonl":
        return (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return spreadsheet.lines(_table(records))


def as_record(event: Event) -> dict[str, Json]:
    """The event under its export names: `at` in UTC with Z, `account` by number."""
    record: dict[str, Json] = {column: getattr(event, column) for column in COLUMNS if column != "account"}
    record["at"] = event.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    record["account"] = event.account.number if event.account else ""
    return {column: record[column] for column in COLUMNS}


def _table(records: Iterable[dict[str, Json]]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for record in records:
        yield [_cell(record[column]) for column in COLUMNS]


def _cell(value: Json) -> str:
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _text(value: str, longest: int) -> str:
    # PostgreSQL stores no NUL, and neither database a lone surrogate.
    whole = value.replace("\x00", "\ufffd")
    return whole.encode("utf-8", "replace").decode("utf-8")[:longest]


def _plain(value: object) -> Json:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _text(value, 200_000)
    if isinstance(value, Mapping):
        return {_text(str(key), 256): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"({len(value)} bytes)" if isinstance(value, bytes) else _text(str(value), 4096)
