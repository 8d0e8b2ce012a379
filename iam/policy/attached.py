"""What is asked, and policies where they hang."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from iam.policy.compile import CompiledDocument
from iam.policy.principals import Caller
from iam.policy.variables import Context

SourceKind = Literal[
    "inline", "managed", "aws-managed", "boundary", "session", "trust", "scp", "rcp", "resource"
]


# A tuple with names: a plan makes one for each of its policies, and a frozen dataclass takes twice as long to make.
class PolicySource(NamedTuple):
    """Where a policy comes from: `id` is its ARN or name, `owner` the ARN of what it hangs on."""

    id: str
    kind: SourceKind
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A compiled policy and where it hangs."""

    source: PolicySource
    document: CompiledDocument


Levels = Sequence[Sequence[AttachedPolicy]]
"""Control policies, level by level from the root of the organisation."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.  The keys of `context` are lower-case; an action without a resource asks for `*`."""

    caller: Caller
    action: str
    resource: str
    resource_account: str
    context: Context = field(default_factory=dict)
