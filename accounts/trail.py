"""The audit trail: events are appended, searched and exported; accounts.seals binds them.

An append is one INSERT without a lock, which on PostgreSQL travels with the commit; what arrives is made storable here,
never refused.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal, TypedDict, Unpack

from django.db.models import Q, QuerySet

from accounts import spreadsheet
from accounts.models import Account, Event
from accounts.prepared import Addition
from accounts.seals import Verification, seal, verify

__all__ = ["Verification", "append", "as_record", "export", "seal", "search", "storable", "verify"]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Source = Literal["api", "console", "signin", "system"]
Outcome = Literal["success", "denied", "failed"]

EXPORT_CHUNK = 500
# In the order of an export; the JSON names are the same.
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


class Texts(TypedDict, total=False):
    """The columns of an event that may be empty."""

    actor_arn: str
    actor_id: str
    access_key_id: str
    peer: str
    user_agent: str
    request_id: str
    error_code: str
    error_message: str
    decision_id: str


_LONGEST = {
    "name": 128,
    "actor_arn": 2048,
    "actor_id": 256,
    "access_key_id": 128,
    "peer": 64,
    "user_agent": 512,
    "request_id": 64,
    "error_code": 128,
    "error_message": 4096,
    "decision_id": 64,
}
_LONGEST_VALUE, _LONGEST_NAME = 200_000, 256
_NO_TEXTS = dict.fromkeys(Texts.__annotations__, "")
_LONG_NAME = re.compile(f'[^"]{{{_LONGEST_NAME + 1},}}":')

_events = Addition(Event, as_json=("resources", "parameters", "response"))


def append(
    *,
    account: Account | None,
    at: datetime,
    source: Source,
    service: str,
    name: str,
    outcome: Outcome,
    resources: Iterable[str] = (),
    parameters: Mapping[str, object] | None = None,
    response: Mapping[str, object] | None = None,
    read_only: bool = False,
    mfa: bool = False,
    **texts: Unpack[Texts],
) -> None:
    """Add one event, in the transaction of the caller.

    `parameters` and `response` must come redacted; times, bytes and the like in them are written as
    text. Over-long text is cut to its column.
    """
    row: dict[str, object] = {
        **_NO_TEXTS,
        "account_id": None if account is None else account.pk,
        "at": at,
        "source": source,
        "service": service,
        "name": _text(name, _LONGEST["name"]),
        "outcome": outcome,
        "resources": _as_json([_text(resource, 2048) for resource in resources]),
        "parameters": _as_json(parameters),
        "response": _as_json(response),
        "read_only": read_only,
        "mfa": mfa,
    }
    for column, text in texts.items():
        row[column] = _text(str(text), _LONGEST[column])
    _events.leave(**row)


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
    if value.isascii() and len(value) <= longest and "\x00" not in value:
        return value
    # PostgreSQL stores no NUL, and neither database a lone surrogate.
    whole = value.replace("\x00", "\ufffd")
    return whole.encode("utf-8", "replace").decode("utf-8")[:longest]


def storable(document: Mapping[str, object]) -> dict[str, object]:
    """The document as both databases keep it, which the texts of policies need: a NUL may stand in them, escaped."""
    return {_text(name, _LONGEST_NAME): _plain(item) for name, item in document.items()}


def _as_json(value: object) -> str | None:
    """What can be stored of a document, as JSON; mostly it is the document as it is, which is written at once."""
    if value is None:
        return None
    written = _WRITER.encode(value)
    # What has to be replaced or cut is escaped, or long.
    if "\\u" in written or len(written) > _LONGEST_VALUE or _LONG_NAME.search(written) is not None:
        return json.dumps(_plain(value))
    return written


def _plain(value: object) -> Json:
    if isinstance(value, str):
        return _text(value, _LONGEST_VALUE)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_text(str(key), _LONGEST_NAME): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"({len(value)} bytes)" if isinstance(value, bytes) else _text(str(value), 4096)


# What JSON does not know is handed to `_plain`.
_WRITER = json.JSONEncoder(default=_plain)
