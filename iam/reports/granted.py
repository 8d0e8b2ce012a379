"""Which services and actions policies grant at all: some statement allows it on something, none denies it everywhere.

Conditions and resources are not asked, nor other kinds of policies.  Source: IAM API Reference, GenerateServiceLastAccessedDetails.
"""

from collections.abc import Sequence

from iam.policy import CompiledDocument
from iam.policy.actions import Catalogue
from iam.policy.document import Statement
from iam.policy.match import glob


def service(documents: Sequence[CompiledDocument], prefix: str, known: Catalogue) -> bool:
    """Whether the policies grant some action of the service."""
    # Most policies speak of few services: the actions of the others need not even be read from their files.
    if not any(
        _speaks_of(statement, prefix) for document in documents for statement in document.source.statements
    ):
        return False
    return any(_allowed(documents, f"{prefix}:{action}") for action in known.actions(prefix))


def services(documents: Sequence[CompiledDocument], known: Catalogue) -> list[str]:
    """The services the policies grant something of, by name."""
    return [prefix for prefix in sorted(known.services()) if service(documents, prefix, known)]


def actions(documents: Sequence[CompiledDocument], prefix: str, known: Catalogue) -> list[str]:
    """The actions of the service that the policies grant, by name."""
    found = known.actions(prefix)
    return sorted(found[action].name for action in found if _allowed(documents, f"{prefix}:{action}"))


def _speaks_of(statement: Statement, prefix: str) -> bool:
    if statement.effect != "Allow":
        return False
    return statement.not_action or any(
        glob(action.partition(":")[0].lower())(prefix) for action in statement.actions
    )


def _allowed(documents: Sequence[CompiledDocument], action: str) -> bool:
    allowed = False
    for document in documents:
        for rule in document.rules_for(action, "identity"):
            if rule.deny and rule.always:
                return False
            allowed = allowed or not rule.deny
    return allowed
