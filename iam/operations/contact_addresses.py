"""Contact addresses of IAM users in an administrator's hands: where notices and password links go.

Users set their own on a page of theirs, confirmed by a link (accounts.own_contact); an administrator's holds at once.
Whoever sets another's address may as well set their password, and so needs that permission too.
"""

from typing import Any

from accounts import contacts
from accounts.models import Identity
from iam import targets
from iam.call import Call, Output
from iam.catalogue import asks, operation
from iam.errors import InvalidInput
from iam.models import User

_SETS_PASSWORDS = "iam:UpdateLoginProfile"


@operation(
    "tenant.GetContactAddress",
    target=targets.user("user_name"),
    checks=asks("wardstead:GetContactAddress"),
    reads=True,
)
def get_contact_address(call: Call, *, user: User) -> Output:
    """Answer the user's contact address, "" for none, and whether it was confirmed.  Errors: NoSuchEntity (user)."""
    row = contacts.find(user.identity)
    if row is None:
        return {"ContactAddress": {"Address": "", "Confirmed": False}}
    shown: dict[str, Any] = {
        "Address": row.address,
        "Confirmed": row.confirmed,
        "ChangeDate": row.changed_at,
    }
    return {"ContactAddress": shown}


@operation(
    "tenant.PutContactAddress",
    target=targets.user("user_name"),
    checks=asks("wardstead:PutContactAddress", _SETS_PASSWORDS),
)
def put_contact_address(call: Call, *, user: User, address: str) -> Output:
    """Make it the user's contact address, unconfirmed; links that were mailed before are worth nothing.

    The user is told, at the address before as well.  The address that it is already is left as it is.

    Errors: NoSuchEntity (user), InvalidInput (not an address).
    Source: OWASP ASVS 5.0, 6.3.7; ADR 0055.
    """
    identity = _identity(call, user)
    before = contacts.mail_address(identity)
    if address.strip() == before:
        return {"AddressBefore": before}
    try:
        contacts.put(identity, address, call.now)
    except contacts.NotAnAddress as refused:
        raise InvalidInput(str(refused), member="Address") from None
    return {"AddressBefore": before}


@operation(
    "tenant.DeleteContactAddress",
    target=targets.user("user_name"),
    checks=asks("wardstead:DeleteContactAddress"),
)
def delete_contact_address(call: Call, *, user: User) -> Output:
    """Leave the user without a contact address; it is told at the one it had.  Errors: NoSuchEntity (user)."""
    return {"AddressBefore": contacts.remove(_identity(call, user))}


def _identity(call: Call, user: User) -> Identity:
    identity: Identity = user.identity
    identity.account = call.account
    return identity
