"""Which policies bear on a principal: read in a few queries, as texts with where they come from."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import F, Q

from accounts.prepared import Prepared
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
    """The policies of one entity: `places` says where on an attachment or inline policy its key stands."""

    def __init__(self, *places: str) -> None:
        def hanging(pk: int, prefix: str = "") -> Q:
            return Q(*((f"{prefix}{place}", pk) for place in places), _connector=Q.OR)

        owners = ("user", "group", "role")
        self._attachments = Prepared(
            lambda pk: Attachment.objects.filter(hanging(pk)).select_related(*owners).order_by("pk")
        )
        self._inline = Prepared(
            lambda pk: InlinePolicy.objects.filter(hanging(pk)).select_related(*owners).order_by("pk")
        )
        self._versions = Prepared(
            lambda pk: PolicyVersion.objects.filter(
                hanging(pk, "policy__attachments__"), number=F("policy__default_version")
            )
        )

    def texts(self, pk: int, account_number: str) -> list[PolicyText]:
        """Attached policies in their default versions, then inline ones."""
        rows = self._attachments.rows(pk=pk)
        own = any(row.policy_id is not None for row in rows)
        documents = {row.policy_id: row.document for row in self._versions.rows(pk=pk)} if own else {}
        texts = []
        for row in rows:
            name = row.policy_arn.rpartition("/")[2]
            owner = owner_arn(row, account_number)
            if row.policy_id is not None:
                # None: it was detached between the two queries.
                if (document := documents.get(row.policy_id)) is not None:
                    texts.append(PolicyText(row.policy_arn, "managed", name, owner, document))
            elif (policy := managed.find(row.policy_arn)) is not None:
                texts.append(PolicyText(row.policy_arn, "aws-managed", name, owner, policy.document))
        return texts + [
            PolicyText(row.name, "inline", row.name, owner_arn(row, account_number), row.document)
            for row in self._inline.rows(pk=pk)
        ]


_OF_USER = _Policies("user", "group__memberships__user")
_OF_ROLE = _Policies("role")
_OF_GROUP = _Policies("group")


def owner_arn(row: Attachment | InlinePolicy, account_number: str) -> str:
    """The ARN of the user, group or role that an attachment or inline policy hangs on."""
    owner = row.user or row.group or row.role
    if owner is None:  # the one-owner constraint rules this out
        raise LookupError(f"{row} hangs on nothing")
    return arn(account_number, owner.arn_kind, owner.path, owner.name)
