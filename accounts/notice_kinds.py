"""The kinds of notices: what each says, what it shows, and where it leads.  Texts are fixed; facts are filled in beside.

Names are what has happened, in the past.
"""

from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["info", "attention", "danger"]

CREDENTIALS: Final = "/me/credentials/"
SESSIONS: Final = "/me/sessions/"
NOT_YOU: Final = "If this was not you, tell an administrator of the account at once."

# What a fact is called where it is shown, in the order of showing.
FACTS: Final = {
    "by": "By",
    "key": "Access key",
    "credential": "Credential",
    "status": "Now",
    "name": "User name",
    "device": "Device",
    "address": "New address",
    "before": "Address before",
    "browser": "Browser",
    "peer": "From address",
    "left": "Codes left",
    "until": "Until",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`leads` is the page where something can be done about it, `verb` the word of the link there."""

    title: str
    text: str
    tone: Tone = "info"
    leads: str = CREDENTIALS
    verb: str = "Security credentials"


KINDS: Final = {
    "address-changed": Kind(
        "Your contact address changed",
        "Notices, and links to choose a new password, go to the new address from now on. " + NOT_YOU,
        "attention",
    ),
    "address-claimed": Kind(
        "Somebody asked for an account with your e-mail address",
        "You have one already, so none was opened, and they were not told. If it was you, sign in, or choose a new "
        "password if you have forgotten yours. If not, there is nothing to do.",
        "info",
        "/signin?as=root",
        "Sign in",
    ),
    "address-removed": Kind(
        "Your contact address was removed",
        "No further mail is sent, and a forgotten password cannot be reset by mail. " + NOT_YOU,
        "attention",
    ),
    "browser-new": Kind(
        "Sign-in with a new browser",
        "Somebody signed in as you with a browser that was not seen before. If this was not you, end your other "
        "sessions and change your password.",
        "attention",
        SESSIONS,
        "My sessions",
    ),
    "credential-changed": Kind(
        "A credential of yours was changed",
        "It was switched on or off, or deleted. " + NOT_YOU,
        "attention",
    ),
    "credential-made": Kind(
        "A new credential was made for you",
        "Programs can act as you with it where it is taken. If you do not know of it, switch it off.",
        "attention",
    ),
    "factor-blocked": Kind(
        "Your password was given without your second factor",
        "Somebody gave your right password, but wrong codes so often that no more are taken for a while. If this was "
        "not you, change your password: somebody knows it.",
        "danger",
    ),
    "key-deleted": Kind(
        "An access key was deleted",
        "Programs that use it are refused from now on. " + NOT_YOU,
        "attention",
    ),
    "key-made": Kind(
        "A new access key was made",
        "Programs can act as you with it. If you do not know of it, switch it off.",
        "attention",
    ),
    "key-retired": Kind(
        "The rotation of keys retired an access key",
        "Your newer key has taken its place. Programs that still use the old one are refused.",
    ),
    "key-switched": Kind(
        "An access key was switched on or off",
        "Programs are let in with it only while it is active. " + NOT_YOU,
        "attention",
    ),
    "locked": Kind(
        "Too many wrong passwords",
        "Somebody gave wrong passwords for you so often that even the right one is refused for a while. If it was you, "
        "wait. If not, your password has held.",
        "attention",
    ),
    "mfa-added": Kind(
        "An MFA device was added",
        "It will be asked for when you sign in. " + NOT_YOU,
        "attention",
    ),
    "mfa-removed": Kind(
        "An MFA device was removed",
        "It is no longer asked for when you sign in. " + NOT_YOU,
        "danger",
    ),
    "mfa-resynced": Kind(
        "The clock of an MFA device was set",
        "Two codes of the device were given, one after the other, to learn how far its clock is off. "
        + NOT_YOU,
        "attention",
    ),
    "name-changed": Kind(
        "Your user name was changed",
        "Sign in with the new name from now on; password, devices and keys stay.",
        "attention",
    ),
    "network-new": Kind(
        "Sign-in from a new network",
        "You signed in from a network that was not seen before, with a browser that was. If this was not you, end your "
        "other sessions and change your password.",
        "info",
        SESSIONS,
        "My sessions",
    ),
    "pass-given": Kind(
        "A temporary pass was made for you",
        "It signs you in once, after your password, in place of the devices you have lost; then you add a new one. If "
        "you have lost nothing, tell another administrator at once.",
        "danger",
    ),
    "pass-used": Kind(
        "Your temporary pass was used",
        "Somebody gave your password and the pass, and can add a new MFA device in place of yours. "
        + NOT_YOU,
        "danger",
    ),
    "password-changed": Kind(
        "Your password was changed",
        "Your other sessions have ended; access keys go on working. " + NOT_YOU,
        "attention",
    ),
    "password-given": Kind(
        "An administrator set your password",
        "Your sessions have ended. You will get the new password from the administrator.",
        "attention",
    ),
    "password-removed": Kind(
        "Your password was taken away",
        "You cannot sign in to the console until an administrator gives you a new one; access keys go on working.",
        "attention",
    ),
    "password-reset": Kind(
        "Your password was reset by mail",
        "Somebody followed the link that was mailed to you and chose a new password. Your sessions have ended; access "
        "keys go on working. " + NOT_YOU,
        "danger",
    ),
    "recovery-code-used": Kind(
        "A recovery code was used",
        "Somebody signed in as you with a recovery code in place of your device. If this was not you, change your "
        "password and make new codes.",
        "danger",
    ),
    "recovery-codes-made": Kind(
        "New recovery codes were made",
        "Each is good for one sign-in in place of your device; codes made before are worth nothing. "
        + NOT_YOU,
        "attention",
    ),
    "root-key-used": Kind(
        "The root user's access key was used",
        "A program acted with all the power of the account. Told for the first use of a key each day. Root needs no "
        "access key: make an IAM user or role for the program, and delete the key.",
        "danger",
    ),
    "root-recovered": Kind(
        "The root user was recovered",
        "With a code of whoever runs this installation, a new password was set and the MFA devices were taken away. Add "
        "a device now. If you did not ask for this, tell whoever runs the installation, and look through the trail.",
        "danger",
    ),
    "root-recovery-begun": Kind(
        "Recovery of the root user has begun",
        "Whoever runs this installation made a code, good for half an hour, with which the root user gets a new "
        "password and loses its MFA devices. If you did not ask for it, tell them at once.",
        "danger",
    ),
    "root-signed-in": Kind(
        "The root user signed in",
        "The root user can do everything in the account. For daily work, sign in as an IAM user. If this was not you, "
        "end all sessions and change the password.",
        "attention",
        SESSIONS,
        "My sessions",
    ),
    "sessions-ended": Kind(
        "An administrator ended your sessions",
        "You can sign in again, unless your password was changed as well. Access keys go on working.",
        "info",
        SESSIONS,
        "My sessions",
    ),
    "unlocked": Kind(
        "Your lock-out was lifted",
        "Wrong passwords and codes given so far are forgotten, and you can sign in again at once.",
    ),
}


def rows(facts: dict[str, str]) -> list[tuple[str, str]]:
    """The facts as (label, value), in the order of FACTS."""
    return [(label, facts[name]) for name, label in FACTS.items() if facts.get(name)]
