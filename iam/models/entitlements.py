"""Which policies bear on a principal: read in one query, as texts with where they come from."""

from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import F, Q, QuerySet, Value

from accounts.prepared import Tuples
from iam import managed
from iam.models.policies import Attachment, InlinePolicy, PolicyVersion
from iam.models.scoped import arn


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy's text and its origin.  `id` is the ARN, or the name of an inline policy; `owner` the ARN it hangs on."""

    id: str
    kind: Literal["inline", "managed", "aws-managed"]
    name: str
    owner: str
    text: str


def of_user(user_pk: int, account_number: str) -> list[PolicyText]:
    """The user's own and its groups' policies."""
    return _OF_USER.texts(user_pk, account_number)


def of_role(role_pk: int, account_number: str) -> list[PolicyText]:
    """The role's attached and inline policies."""
    return _OF_ROLE.texts(role_pk, account_number)


def of_group(group_pk: int, account_number: str) -> list[PolicyText]:
    """The group's attached and inline policies."""
    return _OF_GROUP.texts(group_pk, account_number)


def by_arns(policy_arns: list[str], account_number: str) -> dict[str, PolicyText]:
    """The managed policies of these ARNs, AWS's or the account's own, in their default versions; others are left out."""
    found = {
        policy_arn: PolicyText(policy_arn, "aws-managed", policy.name, "", policy.document)
        for policy_arn in policy_arns
        if (policy := managed.find(policy_arn)) is not None
    }
    names = [
        policy_arn.rpartition("/")[2].casefold() for policy_arn in policy_arns if policy_arn not in found
    ]
    if names:
        rows = PolicyVersion.objects.select_related("policy").filter(
            policy__account__number=account_number,
            policy__name_key__in=names,
            number=F("policy__default_version"),
        )
        for row in rows:
            own = arn(account_number, "policy", row.policy.path, row.policy.name)
            if own in policy_arns:
                found[own] = PolicyText(own, "managed", row.policy.name, "", row.document)
    return found


class _Policies:
    """The policies of one entity: `places` says where on an attachment or inline policy its key stands.

    Each place is looked up for itself, by its index: joined by OR they would have every attachment there is looked at.
    """

    def __init__(self, *places: str) -> None:
        def build(pk: int) -> "QuerySet[Any, Any]":
            parts = [rows for place in places for rows in (_attached(place, pk), _inline(place, pk))]
            return parts[0].union(*parts[1:], all=True)

        self._rows = Tuples(build)

    def texts(self, pk: int, account_number: str) -> list[PolicyText]:
        """Attached policies in their default versions, then inline ones."""
        texts = []
        # Sorted here: to sort the few rows of a union PostgreSQL may start helpers, which takes it milliseconds.
        for part, _, name, text, kind, path, owner_name in sorted(self._rows.rows(pk=pk)):
            owner = arn(account_number, kind, path, owner_name)
            if part == _INLINE:
                texts.append(PolicyText(name, "inline", name, owner, text))
            elif text is not None:
                texts.append(PolicyText(name, "managed", name.rpartition("/")[2], owner, text))
            elif (policy := managed.find(name)) is not None:
                texts.append(PolicyText(name, "aws-managed", policy.name, owner, policy.document))
        return texts


# The parts sort by these words, the rows of each by their keys.
_ATTACHED, _INLINE = "attached", "inline"


def _attached(place: str, pk: int) -> "QuerySet[Any, Any]":
    """Attachments with the text of the default version; AWS's policies are data and have none here."""
    in_force = Q(policy=None) | Q(policy__versions__number=F("policy__default_version"))
    rows = Attachment.objects.filter(in_force, **{place: pk})
    return _columns(rows, place, _ATTACHED, "policy_arn", "policy__versions__document")


def _inline(place: str, pk: int) -> "QuerySet[Any, Any]":
    return _columns(InlinePolicy.objects.filter(**{place: pk}), place, _INLINE, "name", "document")


def _columns(rows: "QuerySet[Any]", place: str, part: str, called: str, text: str) -> "QuerySet[Any, Any]":
    kind = place.partition("__")[0]
    named = rows.annotate(
        part=Value(part),
        called=F(called),
        text=F(text),
        kind=Value(kind),
        path=F(f"{kind}__path"),
        owner=F(f"{kind}__name"),
    )
    values: QuerySet[Any, Any] = named.values_list("part", "pk", "called", "text", "kind", "path", "owner")
    return values


_OF_USER = _Policies("user", "group__memberships__user")
_OF_ROLE = _Policies("role")
_OF_GROUP = _Policies("group")
