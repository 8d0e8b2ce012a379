"""What is asked of both servers: every family of operations, what goes well and what does not, and lists page by page.

A step goes by the answers of its own server only; what is refused there gives {} and the script goes on.
"""

from tests.parity import access, account, people
from tests.parity.sides import Side


def walk(side: Side) -> None:
    """The whole script, on a server without anything in it."""
    for family in (
        account.account,
        people.users,
        people.login_profiles,
        people.access_keys,
        people.groups,
        access.policies,
        access.versions,
        access.roles,
        access.attachments,
        access.inline,
        access.boundaries,
        access.profiles,
        account.oidc,
        account.saml,
        account.certificates,
        people.user_credentials,
        people.mfa,
        access.linked_roles,
        account.reports,
        account.sessions,
        account.mistakes,
        account.removal,
    ):
        family(side)
