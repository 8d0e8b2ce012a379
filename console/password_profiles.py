"""Password profiles in words, as the account settings show them: what each asks, and how the account differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from accounts import password_profiles
from accounts.password_profiles import Profile
from console.forms import Look
from console.panels import Panel, panel

YES_NO: Final = ("no", "yes")
# In words: the setting, and what a figure of it is called; "{}" is the figure, the first word is for none.
FIGURES: Final[Mapping[str, tuple[str, str, str]]] = {
    "PasswordPolicy": ("The account's own policy", "none: the built-in rules", "one of its own"),
    "MinimumPasswordLength": ("Least length", "none", "{} characters"),
    "MaxPasswordAge": ("Passwords expire", "never", "after {} days"),
    "PasswordReusePrevention": ("Passwords remembered", "none", "the last {}"),
    "GivenPasswordHours": ("A given password ends", "never", "after {} hours"),
    "SignInFailures": ("Wrong passwords before a lock", "none", "{}"),
    "SignInLockMinutes": ("Lock after wrong passwords", "none", "{} minutes"),
    "FactorFailures": ("Wrong codes before a lock", "none", "{}"),
    "FactorLockMinutes": ("Lock after wrong codes", "none", "{} minutes"),
}
SWITCHES: Final[Mapping[str, str]] = {
    "RequireSymbols": "A symbol is needed",
    "RequireNumbers": "A digit is needed",
    "RequireUppercaseCharacters": "An upper-case letter is needed",
    "RequireLowercaseCharacters": "A lower-case letter is needed",
    "AllowUsersToChangePassword": "Users may change their own password",
    "HardExpiry": "An administrator must reset an expired password",
    "RefuseCommonPasswords": "Common passwords are refused",
    "RefuseDisguisedNames": "Names in disguise are refused",
    "ChangeGivenPasswords": "Passwords given by somebody else must be changed",
    "SpareMfaFromExpiry": "With MFA a password may grow old",
}
LOOK: Final = {
    "RefuseCommonPasswords": Look(
        "Refuse common passwords",
        "Some 36,000 that everybody tries first. The root user's is always held to this.",
    ),
    "RefuseDisguisedNames": Look(
        "Refuse names in disguise",
        "Names of account and user, or Wardstead, with digits or signs around them or put for letters.",
    ),
    "ChangeGivenPasswords": Look(
        "Passwords given by somebody else must be changed at the first sign-in",
        "Also where the API says PasswordResetRequired=false.",
    ),
    "GivenPasswordHours": Look(
        "A given password ends after (hours)", "0 to 720. 0: it waits for ever.", required=True
    ),
    "SpareMfaFromExpiry": Look(
        "Let the passwords of people with MFA grow old", "The policy's limit of age holds for all others."
    ),
    "SignInFailures": Look("Wrong passwords before a lock", "3 to 10.", required=True),
    "SignInLockMinutes": Look("Lock after wrong passwords (minutes)", "30 to 1440.", required=True),
    "FactorFailures": Look("Wrong codes before a device is locked", "3 to 5.", required=True),
    "FactorLockMinutes": Look("Lock after wrong codes (minutes)", "5 to 1440.", required=True),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A setting with what the account has, and what the profile would have."""

    label: str
    present: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Card:
    """One profile, beside the account."""

    profile: Profile
    equal: bool
    differences: Sequence[Row]
    mfa_met: bool

    @property
    def how_far(self) -> str:
        """How many settings are not as it has them, in words."""
        count = len(self.differences)
        return "1 setting differs" if count == 1 else f"{count} settings differ"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of profiles and safeguards; `found` says what was refused."""

    found: Panel
    cards: Sequence[Card] = ()
    safeguards: Sequence[tuple[str, str]] = ()


def shown(request: HttpRequest) -> Shown:
    """Each profile beside the account, and the safeguards that hold."""
    found = panel(request, "tenant.GetPasswordProfile")
    if found.refused:
        return Shown(found)
    told = found.result
    cards = [_card(each, told["Profile"]) for each in told["Profiles"]]
    held = [(_label(name), _in_words(name, int(value))) for name, value in told["Safeguards"].items()]
    return Shown(found, cards, held)


def _card(told: Mapping[str, Any], equal: str) -> Card:
    rows = [
        Row(
            _label(found["Setting"]),
            _in_words(found["Setting"], found["Present"]),
            _in_words(found["Setting"], found["Wanted"]),
        )
        for found in told["Differences"]
    ]
    return Card(
        password_profiles.find(told["Name"]), told["Name"] == equal, rows, bool(told["MfaExpectationMet"])
    )


def _label(setting: str) -> str:
    return FIGURES[setting][0] if setting in FIGURES else SWITCHES[setting]


def _in_words(setting: str, figure: int) -> str:
    if setting in SWITCHES:
        return YES_NO[bool(figure)]
    _, none, some = FIGURES[setting]
    return some.format(figure) if figure else none
