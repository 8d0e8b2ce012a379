"""Switching to a role and back: for as long as it lasts, everything in the console is done as the role.

The role session is one of sts:AssumeRole, asked for by the person who signed in; of its credentials only the key id is
kept, in the browser's session row, so nobody can carry them away.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import names, switched_roles
from console import cli, session
from console.calls import run_as_oneself
from console.fields import Field, FormError, options
from console.page import go, page
from console.session import ROLE_COLOURS, HtmxRequest, required, signed_in
from console.signing_out import end_role, note
from iam.errors import AccessDenied, ServiceError

HERE: Final = "/me/switch-role/"
LONGEST_ROLE: Final = 576  # a path of 512 and a name of 64
LONGEST_LABEL: Final = 64
# The colours of AWS's links.
AWS_COLOURS: Final = {
    "F2B0A9": "red",
    "FBBF93": "orange",
    "FAD791": "yellow",
    "B7CA9D": "green",
    "99BCE3": "blue",
}
SHORTEST_SESSION_NAME: Final = 2
NOBODYS: Final = "0" * 12
REFUSED: Final = (
    "This role cannot be assumed. Check the account and the role; that your own policies allow sts:AssumeRole on it; "
    "and that the role trusts you. Its trust may ask for MFA: then sign in with your device."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role as it was typed, or came with the address."""

    account: str
    role: str
    label: str
    colour: str

    @classmethod
    def read(cls, request: HttpRequest) -> "Wanted":
        """What was sent.  The names of the parts in the address are ours, and those of AWS's links."""
        sent = request.POST if request.method == "POST" else request.GET
        colour = _colour(sent.get("colour") or sent.get("color", ""))
        return cls(
            account=sent.get("account", "").strip()[: names.LONGEST_TYPED],
            role=(sent.get("role") or sent.get("roleName", "")).strip().strip("/")[:LONGEST_ROLE],
            label=_printable(sent.get("label") or sent.get("displayName", ""))[:LONGEST_LABEL],
            colour=colour,
        )


@signed_in
@require_http_methods(["GET", "POST"])
def index(request: HtmxRequest) -> HttpResponse:
    """Ask for a role, and act as it once the person's own policies and the role's trust allow it."""
    wanted = Wanted.read(request)
    if request.method != "POST":
        return _ask(request, wanted)
    missing = {name: "This is needed." for name in ("account", "role") if not getattr(wanted, name)}
    if missing:
        return _ask(request, wanted, missing)
    return _switch(request, wanted, _number(wanted.account))


@signed_in
@require_POST
def leave(request: HtmxRequest) -> HttpResponse:
    """Act as oneself again; the role's session is over."""
    who = required(request)
    if who.role is None:
        return go("home")
    if not session.role_key(request):  # signed in as the role itself: there is nobody to come back to
        return go("home")
    end_role(request, who)
    session.come_back(request)
    note(request, who.session, "ExitRole")
    return go("home", say=f"You act as {who.role.owner} again.")


def _number(typed: str) -> str:
    """The number to ask with: what is nobody's is asked for as well, so that nothing tells which accounts there are."""
    found, key = names.find_account(typed), names.account_key(typed)
    if found is not None:
        return found.number
    return key if names.is_number(key) else NOBODYS


def _switch(request: HtmxRequest, wanted: Wanted, number: str) -> HttpResponse:
    role_arn = f"arn:aws:iam::{number}:role/{wanted.role}"
    try:
        answer = run_as_oneself(
            request, "sts.AssumeRole", role_arn=role_arn, role_session_name=_session_name(request)
        )
    except AccessDenied as denied:
        # The root user is told why; so is whoever gave a number. An alias must not be turned into its number.
        told = denied.message if session.oneself(request).principal.kind == "root" else REFUSED
        why = (
            f"/analysis/denials/{denied.decision_id}/"
            if denied.decision_id and wanted.account == number
            else ""
        )
        return _ask(request, wanted, problem=told, why=why, status=403)
    except ServiceError as problem:
        if problem.status >= 500:
            raise
        return _ask(request, wanted, {"role": "This is no name of a role."})
    label = wanted.label or f"{wanted.role.rpartition('/')[2]} @ {wanted.account}"[:LONGEST_LABEL]
    session.become(request, answer["Credentials"]["AccessKeyId"], label, wanted.colour)
    _remember(request, wanted, number, label)
    return go("home", say=f"You act as {label} now.")


def _remember(request: HttpRequest, wanted: Wanted, number: str, label: str) -> None:
    """Put the role first in the person's list; holders of temporary credentials have none."""
    person = required(request).person
    if person is None:
        return
    switched_roles.remember(
        person,
        account_number=number,
        role=wanted.role,
        label=label,
        colour=wanted.colour,
        now=timezone.now(),
    )


def _colour(given: str) -> str:
    """One of our colours, by its name or by AWS's number for it; grey for all else."""
    named = AWS_COLOURS.get(given.lstrip("#").upper(), given.lower())
    return named if named in ROLE_COLOURS else ROLE_COLOURS[0]


def _printable(text: str) -> str:
    """The text without what could change how others are read beside it, such as marks of direction."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _session_name(request: HttpRequest) -> str:
    """The name of the session: the person's own, as trails and conditions know them."""
    principal = session.oneself(request).principal
    given = principal.session.name if principal.session is not None else ""
    name = given or principal.name or "root"
    return name if len(name) >= SHORTEST_SESSION_NAME else f"{name}-console"


def _ask(
    request: HtmxRequest,
    wanted: Wanted,
    errors: dict[str, str] | None = None,
    *,
    problem: str = "",
    why: str = "",
    status: int = 422,
) -> HttpResponse:
    wrong = errors or {}
    fields = _fields(wanted, wrong)
    at_fields = [
        FormError(f"{field.label}: {wrong[field.name]}", field.id) for field in fields if field.errors
    ]
    who = required(request)
    shown: dict[str, Any] = {
        "fields": fields,
        "errors": [FormError(problem)] if problem else at_fields,
        "why": why,
        "colours": options([(colour, colour.capitalize()) for colour in ROLE_COLOURS], wanted.colour),
        "history": switched_roles.recent(who.person) if who.person is not None else [],
        "who": who,
        "is_root": session.oneself(request).principal.kind == "root",
        "cli": cli.line(
            "sts.AssumeRole",
            {
                "RoleArn": f"arn:aws:iam::{wanted.account or '<account>'}:role/{wanted.role or '<role>'}",
                "RoleSessionName": _session_name(request),
            },
        ),
    }
    return page(request, "console/me/switch_role.html", status=status if problem or wrong else 200, **shown)


def _fields(wanted: Wanted, wrong: dict[str, str]) -> list[Field]:
    def errors(name: str) -> list[str]:
        return [wrong[name]] if name in wrong else []

    return [
        Field(
            "account",
            "Account",
            value=wanted.account,
            required=True,
            help="Its 12-digit number or its alias.",
            errors=errors("account"),
            max_length=64,
            mono=True,
            autofocus=not wanted.account,
        ),
        Field(
            "role",
            "Role",
            value=wanted.role,
            required=True,
            help="The role's name, with its path where it has one: team/Auditor.",
            errors=errors("role"),
            max_length=LONGEST_ROLE,
            mono=True,
        ),
        Field(
            "label",
            "Label",
            value=wanted.label,
            help="What the top bar shows while you act as the role.",
            max_length=LONGEST_LABEL,
        ),
    ]


app_name = "switch-role"
urlpatterns = [
    path("me/switch-role/", index, name="index"),
    path("switchrole", index, name="link"),  # AWS's links: ?account=&roleName=&displayName=&color=
    path("me/switch-role/leave/", leave, name="leave"),
]
