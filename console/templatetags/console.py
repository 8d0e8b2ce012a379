"""Filters of the console's templates: how identifiers, moments and JSON are shown.  No queries, no effects."""

import base64
import json as jsonlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console import once as once_marks
from console import session
from console.refusals import MARK_FIELD

register = template.Library()

ARN_SHOWN = 44
_TOKENS = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<other>-?\d[\d.eE+-]*|true|false|null)|(?P<plain>[^"\d\-tfn]+|.)'
)
_SPANS = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)

# Word, icon and tone of the states the services know: never colour alone.
STATES: Mapping[str, tuple[str, str, str]] = {
    "Active": ("Active", "circle-check", "ok"),
    "Inactive": ("Inactive", "ban", "attention"),
    "Expired": ("Expired", "clock", "danger"),
    "Revoked": ("Revoked", "ban", "danger"),
    "Enabled": ("Enabled", "circle-check", "ok"),
    "Disabled": ("Disabled", "circle-dashed", ""),
    "None": ("None", "circle-dashed", ""),
    "Never": ("Never", "circle-dashed", ""),
    "allowed": ("Allowed", "circle-check", "ok"),
    "success": ("Success", "circle-check", "ok"),
    "denied": ("Denied", "ban", "danger"),
    "failed": ("Failed", "alert-circle", "danger"),
    "explicitDeny": ("Denied by a statement", "ban", "danger"),
    "implicitDeny": ("Denied: nothing allows it", "circle-x", "danger"),
    "running": ("Running", "hourglass", "info"),
    "STARTED": ("Started", "hourglass", "info"),
    "INPROGRESS": ("In progress", "hourglass", "info"),
    "COMPLETE": ("Complete", "circle-check", "ok"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from assistive technology: its meaning stands in words beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/icons/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's tag of that name, and beside its token for which principal the form is made."""
    token = context.get("csrf_token")
    if not token or token == "NOTPROVIDED":  # noqa: S105  # Django's word where there is no request
        return SafeString("")
    request = context.get("request")
    # A page of an error may be made before the request has a session.
    who = session.who(request) if request is not None and hasattr(request, "session") else None
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}',
        token,
        format_html('<input type="hidden" name="{}" value="{}">', MARK_FIELD, who.mark) if who else "",
    )


@register.simple_tag
def once() -> SafeString:
    """The mark of a form that makes something once: sent twice, it makes nothing more."""
    return format_html('<input type="hidden" name="{}" value="{}">', once_marks.FIELD, once_marks.fresh())


@register.filter
def state(value: object) -> dict[str, str]:
    """Word, icon and tone of a state such as "Active"; unknown ones are shown as they are."""
    word, glyph, tone = STATES.get(str(value), (str(value), "circle-dashed", ""))
    return {"word": word, "icon": glyph, "tone": tone}


@register.filter
def arn(value: object, shown: int | str = ARN_SHOWN) -> str:
    """An ARN or id cut in the middle to `shown` characters, with its end kept: that is where names differ."""
    text, shown = str(value or ""), int(shown)
    if len(text) <= shown:
        return text
    head = (shown - 1) * 2 // 5
    return f"{text[:head]}…{text[head + 1 - shown :]}"


@register.filter
def account_number(value: object) -> str:
    """A 12-digit account number in groups of four."""
    text = str(value or "")
    return "-".join((text[:4], text[4:8], text[8:])) if len(text) == 12 else text


@register.filter
def age(value: datetime | None) -> str:
    """How long ago, or how far ahead, in one unit: "3 days ago", "in 2 hours", "just now"."""
    if not isinstance(value, datetime):
        return "never"
    passed = timezone.now() - value
    for unit, span in _SPANS:
        if abs(passed) >= span:
            count = int(abs(passed) / span)
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if passed > timedelta(0) else f"in {words}"
    return "just now" if passed >= timedelta(0) else "in a moment"


@register.filter
def days(value: datetime | None) -> int | None:
    """Whole days since a moment, for comparisons; None where there is none."""
    return (timezone.now() - value).days if isinstance(value, datetime) else None


@register.filter
def iso(value: datetime | None) -> str:
    """A moment as machines and the `title` of a <time> want it, in UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else ""


@register.filter
def utc(value: datetime | None) -> str:
    """A moment for people, in UTC, to the second."""
    return value.astimezone(UTC).strftime("%d %b %Y, %H:%M:%S UTC") if isinstance(value, datetime) else ""


@register.filter
def json(value: Any) -> str:
    """A value, or a text that holds JSON, with two-space indents; text that is not JSON comes back as it is."""
    if isinstance(value, str):
        try:
            value = jsonlib.loads(value)
        except ValueError:
            return str(value)
    return jsonlib.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.filter
def code_lines(text: str) -> list[list[tuple[str, str]]]:
    """JSON text as lines of (kind, piece): kind is "key", "text", "other" or "" for what needs no colour."""
    return [_pieces(line) for line in str(text).splitlines() or [""]]


@register.filter
def cli(line: str) -> str:
    """A command line broken before its options, as people paste it."""
    head, *options = re.split(r" (?=--[a-z])", str(line))
    if len(line) <= 96:
        return str(line)
    return " \\\n    ".join([head, *options])


@register.filter
def data_uri(text: str, media_type: str = "text/plain") -> str:
    """A file in an address, so that a secret is downloaded from the page without asking the server again."""
    return f"data:{media_type};base64,{base64.b64encode(text.encode()).decode()}"


@register.filter
def lines(values: Iterable[str]) -> str:
    """Texts as lines of one text, as they are copied."""
    return "\n".join(values)


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: object) -> Any:
    """The value under a key that is not a fixed word; None where there is none."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None


@register.filter
def last_part(value: object) -> str:
    """What follows the last slash or colon: the name in an ARN."""
    return re.split(r"[/:]", str(value or ""))[-1]


def _pieces(line: str) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    for match in _TOKENS.finditer(line):
        kind = match.lastgroup or "plain"
        if kind == "text" and line[match.end() :].lstrip().startswith(":"):
            kind = "key"
        shown = "" if kind == "plain" else kind
        if pieces and pieces[-1][0] == shown == "":
            pieces[-1] = ("", pieces[-1][1] + match.group())
        else:
            pieces.append((shown, match.group()))
    return pieces
