"""Account settings: facts and alias, the password policy, how long people stay signed in, how old keys may grow."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from accounts import password_rules
from console import (
    addresses,
    cli,
    durations,
    password_profiles,
    required_mfa,
    settings_form,
    signin_settings,
    steps,
)
from console.confirm import Confirm
from console.forms import Look, OperationForm
from console.page import Tab, go, page, tabs
from console.panels import Panel, panel
from console.session import HtmxRequest, required, signed_in
from console.settings_form import Settings
from console.steps import Step

BASE: Final = "/account/settings/"
SETTINGS: Final = Settings("tenant.GetAccountSettings", "AccountSettings", "tenant.UpdateAccountSettings")
CRUMBS: Final = (("Account settings", BASE),)
PARTS: Final = (
    ("", "Account"),
    ("passwords", "Password policy"),
    ("sessions", "Sign-in sessions"),
    ("keys", "Key rotation"),
)
# Source: CIS AWS Foundations Benchmark 3.0.0, 1.8 (length) and 1.9 (reuse).
RECOMMENDED: Final = {
    "MinimumPasswordLength": 14,
    "PasswordReusePrevention": 24,
    "AllowUsersToChangePassword": True,
}
PASSWORD_LOOK: Final = {
    "MinimumPasswordLength": Look("Least length", "6 to 128 characters.", required=True),
    "RequireUppercaseCharacters": Look("An upper-case letter (A to Z)"),
    "RequireLowercaseCharacters": Look("A lower-case letter (a to z)"),
    "RequireNumbers": Look("A digit (0 to 9)"),
    "RequireSymbols": Look("A symbol: ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '"),
    "AllowUsersToChangePassword": Look(
        "Users may change their own password",
        "Without it a user needs a policy that allows iam:ChangePassword. A deny still counts.",
    ),
    "MaxPasswordAge": Look("Passwords expire after (days)", "1 to 1095 days. Empty: they never expire."),
    "HardExpiry": Look(
        "An administrator must reset an expired password",
        "Otherwise people choose a new one when they next sign in.",
    ),
    "PasswordReusePrevention": Look(
        "Passwords remembered", "1 to 24 that cannot be used again. Empty: none."
    ),
}
KINDS: Final = (
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "RequireNumbers",
    "RequireSymbols",
)
SESSION_LOOK: Final = {
    "SessionIdleSeconds": Look(
        "Idle limit (minutes)",
        "1 to 720. Who does nothing for so long is signed out.",
        required=True,
        scale=60,
    ),
    "SessionAbsoluteSeconds": Look(
        "Longest session (minutes)", "15 to 720. After that everyone signs in again.", required=True, scale=60
    ),
}
KEY_LOOK: Final = {
    "AccessKeyMaxAgeDays": Look(
        "Rotate keys older than (days)", "0 to 3650. 0: keys are not rotated.", required=True
    ),
    "AccessKeyOverlapDays": Look(
        "Both keys work for (days)", "1 to 90. In this time the owner collects the new key.", required=True
    ),
    "AccessKeyGraceDays": Look(
        "Old key is kept inactive for (days)", "1 to 90. Until then it can be activated again.", required=True
    ),
}


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """Show the account's number, name, alias, and the addresses its users sign in at."""
    account = required(request).account
    aliases = panel(request, "iam.ListAccountAliases")
    return page(
        request,
        "console/account/index.html",
        tabs=_tabs(""),
        account=account,
        aliases=aliases,
        alias=_alias(aliases),
        by_number=addresses.sign_in(account.number),
        by_alias=addresses.sign_in(_alias(aliases)) if _alias(aliases) else "",
        endpoint=addresses.public(),
        mfa=required_mfa.card(request),
        signin=signin_settings.card(request),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def alias_edit(request: HtmxRequest) -> HttpResponse:
    """Give the account an alias, in place of the one it has."""
    present = _alias(panel(request, "iam.ListAccountAliases")) if request.method == "GET" else ""
    form = OperationForm(
        request,
        "iam.CreateAccountAlias",
        initial={"AccountAlias": present},
        look={
            "AccountAlias": Look(
                "Alias",
                "3 to 63 small letters, digits and single dashes; unique in this installation.",
                mono=True,
            )
        },
    )
    if form.submitted and form.run() is not None:
        alias = form.by_name["AccountAlias"].value
        return go(BASE, say=f"The alias is {alias}. Users can sign in at {addresses.sign_in(alias)} now.")
    return page(
        request,
        "console/account/alias.html",
        partial="form",
        status=form.status,
        form=form,
        present=present,
        example=addresses.sign_in("your-alias").replace("your-alias", ""),
        crumbs=CRUMBS,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def alias_delete(request: HtmxRequest) -> HttpResponse:
    """Take the alias away, once it is typed."""
    alias = request.GET.get("alias", "")
    question = Confirm(
        title=f"Delete the alias {alias}?",
        text=f"Users sign in by the account number from now on; {addresses.sign_in(alias or '-')} leads nowhere.",
        warning="Any account of this installation can take the alias at once.",
        verb="Delete alias",
        action=request.get_full_path(),
        back=BASE,
        word=alias,
        cli=cli.line("iam.DeleteAccountAlias", {"AccountAlias": alias}),
    )
    step = Step(question.verb, "iam.DeleteAccountAlias", {"account_alias": alias})
    return _ask_and_do(request, question, step, BASE, "The account has no alias any more.")


@signed_in
@require_GET
def passwords(request: HtmxRequest) -> HttpResponse:
    """Show the rules for the passwords of the account's users."""
    policy = panel(request, "iam.GetAccountPasswordPolicy", absent_ok=True)
    return page(
        request,
        "console/account/passwords.html",
        tabs=_tabs("passwords"),
        policy=policy,
        rules=policy.result.get("PasswordPolicy", {}),
        kinds=[
            PASSWORD_LOOK[name].label for name in KINDS if policy.result.get("PasswordPolicy", {}).get(name)
        ],
        built_in=[rule.text for rule in password_rules.describe(password_rules.BUILT_IN)],
        profiles=password_profiles.shown(request),
        cli=policy.cli,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def passwords_edit(request: HtmxRequest) -> HttpResponse:
    """Replace the password policy as a whole."""
    policy: Panel | None = None
    if request.method == "GET":
        policy = panel(request, "iam.GetAccountPasswordPolicy", absent_ok=True)
    present = policy.result.get("PasswordPolicy", {}) if policy else {}
    form = OperationForm(
        request,
        "iam.UpdateAccountPasswordPolicy",
        only=tuple(PASSWORD_LOOK),
        initial=present or RECOMMENDED,
        look=PASSWORD_LOOK,
    )
    if form.submitted and form.run() is not None:
        return go(f"{BASE}passwords/", say="The password policy holds for passwords set from now on.")
    return page(
        request,
        "console/account/passwords_edit.html",
        partial="form",
        status=form.status,
        form=form,
        kinds=[form.by_name[name] for name in KINDS],
        unseen=policy.refused if policy else None,
        recommended=policy is not None and not present,
        crumbs=(*CRUMBS, ("Password policy", f"{BASE}passwords/")),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def passwords_delete(request: HtmxRequest) -> HttpResponse:
    """Put the account under the built-in password policy, once that is confirmed."""
    back = f"{BASE}passwords/"
    question = Confirm(
        title="Delete the password policy?",
        text="The built-in policy takes its place. Passwords no longer expire, and old ones can be used again.",
        verb="Delete policy",
        action=request.path,
        back=back,
        cli=cli.line("iam.DeleteAccountPasswordPolicy", {}),
    )
    step = Step(question.verb, "iam.DeleteAccountPasswordPolicy", {})
    return _ask_and_do(request, question, step, back, "The built-in password policy holds again.")


@signed_in
@require_GET
def sessions(request: HtmxRequest) -> HttpResponse:
    """Show how long people stay signed in."""
    return _settings_page(request, "sessions")


@signed_in
@require_GET
def keys(request: HtmxRequest) -> HttpResponse:
    """Show how old access keys may grow, and how they are rotated."""
    return _settings_page(request, "keys")


@signed_in
@require_http_methods(["GET", "POST"])
def sessions_edit(request: HtmxRequest) -> HttpResponse:
    """Change how long people stay signed in."""
    return _settings_edit(
        request, "sessions", SESSION_LOOK, "The limits hold for every session from its next use on."
    )


@signed_in
@require_http_methods(["GET", "POST"])
def keys_edit(request: HtmxRequest) -> HttpResponse:
    """Change how old access keys may grow, and how they are rotated."""
    return _settings_edit(request, "keys", KEY_LOOK, "Rotations that begin from now on follow these ages.")


def _settings_page(request: HttpRequest, part: str) -> HttpResponse:
    settings = panel(request, "tenant.GetAccountSettings")
    known = settings.result.get("AccountSettings", {})
    shown: dict[str, Any] = {
        "idle": durations.words(known.get("SessionIdleSeconds", 0)),
        "absolute": durations.words(known.get("SessionAbsoluteSeconds", 0)),
    }
    return page(
        request, f"console/account/{part}.html", tabs=_tabs(part), settings=settings, known=known, **shown
    )


def _settings_edit(request: HttpRequest, part: str, look: dict[str, Look], say: str) -> HttpResponse:
    back = f"{BASE}{part}/"
    return settings_form.edit(
        request,
        SETTINGS,
        look,
        "console/account/settings_edit.html",
        back=back,
        say=lambda _: say,
        title=dict(PARTS)[part],
        crumbs=(*CRUMBS, (dict(PARTS)[part], back)),
    )


def _ask_and_do(request: HttpRequest, question: Confirm, step: Step, back: str, say: str) -> HttpResponse:
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    outcome = steps.attempt(request, step)
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=CRUMBS)
    return go(back, say=say)


def _tabs(part: str) -> Sequence[Tab]:
    return tabs(BASE, part, PARTS)


def _alias(aliases: Panel) -> str:
    return next(iter(aliases.result.get("AccountAliases", ())), "")


app_name = "account"
urlpatterns = [
    path("account/settings/", index, name="index"),
    path("account/settings/alias/edit/", alias_edit, name="alias-edit"),
    path("account/settings/alias/delete/", alias_delete, name="alias-delete"),
    path("account/settings/passwords/", passwords, name="passwords"),
    path("account/settings/passwords/edit/", passwords_edit, name="passwords-edit"),
    path("account/settings/passwords/delete/", passwords_delete, name="passwords-delete"),
    path("account/settings/sessions/", sessions, name="sessions"),
    path("account/settings/sessions/edit/", sessions_edit, name="sessions-edit"),
    path("account/settings/keys/", keys, name="keys"),
    path("account/settings/keys/edit/", keys_edit, name="keys-edit"),
]
