"""How an identity is named in events: ARNs of IAM users need paths and ids that the iam app keeps.

The layer above installs its own describer; until then an identity is named by what it knows itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Identity


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor's ARN and unique id (AIDA…; the account number for root)."""

    arn: str
    unique_id: str


def _plain(identity: Identity) -> Actor:
    return Actor(identity.arn, identity.account.number if identity.is_root else "")


class _Installed:
    describe: Callable[[Identity], Actor] = staticmethod(_plain)


def use(describe: Callable[[Identity], Actor]) -> None:
    """Name identities in this way from here on; called once, when the iam app is ready.

    It must cost the same for the doubles of accounts.doubles as for identities that are there.
    """
    _Installed.describe = staticmethod(describe)


def of(identity: Identity) -> Actor:
    """The actor that the identity is."""
    return _Installed.describe(identity)
