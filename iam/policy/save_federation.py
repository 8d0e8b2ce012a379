"""Save-time check of trust in identity providers that many organizations share.

Everybody's tokens are issued under one address there, so that a role is only safe with a claim that says whose they are.
AWS checks it when a trust policy is saved, never when a token comes; what was saved before stays as it is.
Source: IAM User Guide, Identity-provider controls for shared OIDC providers; its refusals of policies that trust GitHub, quoted in
public issues (the table of providers is the guide's of 2026).
"""

from collections.abc import Iterator
from typing import Final

from iam.policy.compile import action_matcher
from iam.policy.conditions import operator_named
from iam.policy.reader import Json
from iam.policy.save_structure import Block, Refusal, texts

UNSCOPED: Final = (
    "Trust policy with trusted principal {} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {} "
    "which is not scoped to all."
)
DETAIL: Final = "Many organizations share this provider: say by this claim whose tokens are meant."
GITHUB: Final = "token.actions.githubusercontent.com"

_WEB_IDENTITY: Final = "sts:assumerolewithwebidentity"
_OPERATORS: Final = frozenset({"StringEquals", "StringLike", "StringEqualsIgnoreCase"})
_TURBONOMIC: Final = (
    "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
    "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
    "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
    "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
    "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
    "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
)
_BY_SUBJECT: Final = (
    "agent.buildkite.com",
    "app.terraform.io",
    "gitlab.com",
    "oidc-configuration.audit-log.githubusercontent.com",
    "oidc.codefresh.io",
    "proidc.upbound.io",
    "scalr.io",
    "studio.datachain.ai/api",
    "tokens.cloud.shisho.dev",
    "vstoken.actions.githubusercontent.com",
    *_TURBONOMIC,
)
_BY_AUDIENCE: Final = (
    "api.pulumi.com/oidc",
    "cognito-identity.amazonaws.com",
    "oidc.vercel.com",
    "sandboxes.cloud",
)
SENTINEL: Final = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"
SHARED: Final[dict[str, tuple[str, ...]]] = {
    **{issuer: (f"{issuer}:sub",) for issuer in _BY_SUBJECT},
    **{issuer: (f"{issuer}:aud",) for issuer in _BY_AUDIENCE},
    SENTINEL: ("sts:RoleSessionName",),
}
"""The condition keys of which a trust in each shared provider must evaluate one; GitHub's are in claims_of."""


def check_shared_providers(block: Block, path: tuple[str | int, ...]) -> None:
    """Check a well-formed statement of a trust policy.

    Errors: Refusal.
    """
    actions = (action for action, _ in texts(block, "Action", path))
    if block["Effect"] != "Allow" or not any(action_matcher(name.lower())(_WEB_IDENTITY) for name in actions):
        return
    principal = block["Principal"]
    trusted = principal if isinstance(principal, dict) else {}
    for name, where in texts(trusted, "Federated", (*path, "Principal")):
        claims = claims_of(name)
        if claims and not _is_scoped(block.get("Condition"), claims):
            raise Refusal(UNSCOPED.format(name, " or ".join(claims)), DETAIL, where)


def claims_of(provider: str) -> tuple[str, ...]:
    """Return the condition keys of which a trust in the provider must evaluate one; none for one that nobody shares."""
    issuer = provider.partition(":oidc-provider/")[2] or provider
    if issuer == GITHUB or issuer.startswith(f"{GITHUB}/"):  # below it are those of enterprises
        return (f"{issuer}:sub", f"{issuer}:job_workflow_ref")
    return SHARED.get(issuer, ())


def _is_scoped(conditions: Json, claims: tuple[str, ...]) -> bool:
    # Values are alternatives, so that one for all is all; see docs/deviations.md.
    keys = {claim.lower() for claim in claims}
    return any(all(value.strip("*") for value in values) for values in _compared(conditions, keys))


def _compared(conditions: Json, keys: set[str]) -> Iterator[list[str]]:
    """What the keys are compared with, by an operator that does not hold where they are absent."""
    for name, clauses in conditions.items() if isinstance(conditions, dict) else ():
        operator = operator_named(name)
        if operator is None or operator.base not in _OPERATORS or operator.if_exists:
            continue
        for key, value in clauses.items() if isinstance(clauses, dict) else ():
            if key.lower() in keys:
                yield [text for text, _ in texts({key: value}, key, ())]
