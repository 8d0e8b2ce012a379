"""The folded forms under which names are unique, looked up and counted, and what a name may look like.

Sign-in accepts many spellings of one thing; each must fold to the same key, or a guesser gets a
fresh counter by changing the spelling.
"""

import re
import unicodedata

from accounts.models import Account, Identity, IdentityKind

LONGEST_TYPED = 320
_ALIAS = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]")
_NUMBER = re.compile(r"[0-9]{12}")
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f\x7f<>\"(),:;\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250})\.[A-Za-z0-9-]{2,63}"
)


def name_key(name: str) -> str:
    """The key of a user name: compatibility forms unified, outer blanks gone, case folded."""
    return unicodedata.normalize("NFKC", name[:LONGEST_TYPED]).strip().casefold()


def email_key(email: str) -> str:
    """The key of a root user's e-mail address."""
    return name_key(email)


def account_key(typed: str) -> str:
    """The key of what was typed as an account: 12 digits whatever dashes and blanks, else a folded alias."""
    folded = name_key(typed)
    digits = re.sub(r"[-\s]", "", folded)
    return digits if _NUMBER.fullmatch(digits) else folded


def is_number(key: str) -> bool:
    """Whether the key is that of an account's number."""
    return _NUMBER.fullmatch(key) is not None


def alias_key(key: str) -> str:
    """The key where it could be an alias; "", which is nobody's, where it could not."""
    return key if _ALIAS.fullmatch(key) else ""


def find_account(typed: str) -> Account | None:
    """The account of that number or alias, in any spelling."""
    key = account_key(typed)
    if is_number(key):
        return Account.objects.filter(number=key).first()
    return Account.objects.filter(alias=key).first() if alias_key(key) else None


def find_root(email: str) -> Identity | None:
    """The root identity with that e-mail address, whatever its case."""
    roots = Identity.objects.select_related("account").filter(kind=IdentityKind.ROOT)
    return roots.filter(email_key=email_key(email)).first()


def alias_problem(alias: str) -> str:
    """Why the text cannot be an account alias, or "".

    Source: IAM API, CreateAccountAlias (length and pattern); a 12-digit alias would be taken for a number.
    """
    if not 3 <= len(alias) <= 63:
        return "An account alias has 3 to 63 characters."
    if not _ALIAS.fullmatch(alias):
        return "An account alias has lower-case letters, digits and single dashes, and a letter or digit at each end."
    if _NUMBER.fullmatch(account_key(alias)):
        return "An account alias cannot look like an account number."
    return ""


def email_problem(email: str) -> str:
    """Why the text cannot be a root user's e-mail address, or ""."""
    if len(email) > 254:
        return "An e-mail address has at most 254 characters."
    if not _EMAIL.fullmatch(email) or ".." in email:
        return "This is not an e-mail address; it should look like name@example.org."
    return ""


def account_name_problem(name: str) -> str:
    """Why the text cannot be an account's name, or ""."""
    if not 1 <= len(name) <= 50:
        return "An account name has 1 to 50 characters."
    if not name.isprintable() or name != name.strip():
        return "An account name has no control characters and no blanks at its ends."
    return ""
