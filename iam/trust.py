"""Trust policies bound to who they name: ARNs to unique ids when saved, ids to the present ARNs when shown.

A role trusts an entity and not a name: one renamed stays trusted and shows under its new ARN, one deleted shows as its
id, and one made anew under the old name is a stranger.  Source: IAM User Guide, IAM role as principal.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from iam import policy
from iam.errors import MalformedPolicyDocument
from iam.models import Role, User
from iam.policy import PrincipalEntry

_ENTITY = re.compile(r"arn:aws:iam::([0-9]{12}):(user|role)/(?:\S*/)?([^/\s]+)")
_SESSION = re.compile(r"arn:aws:sts::([0-9]{12}):assumed-role/([^/\s]+)/[^/\s]+")
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[0-9A-Z]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def bind(text: str, *, member: str) -> dict[str, str]:
    """The unique ids of the users and roles that a trust policy names, by how it names them.

    They may be of any account of the installation.  Accounts, everybody, services and federations are bound to nothing.

    Errors: MalformedPolicyDocument for a user or role that does not exist.
    """
    named = [entry for entry in policy.trust_principals(text) if entry.type == "AWS"]
    known = _ids_by_name(named)
    bound: dict[str, str] = {}
    for entry in named:
        if _is_entity(entry.value):
            unique_id = known.get(entry.value)
            if unique_id is None:
                raise _unknown(entry, member)
            bound[entry.value] = unique_id
        elif _SESSION.fullmatch(entry.value) and entry.value not in known:
            raise _unknown(entry, member)
    return bound


def shown(roles: Sequence[Role]) -> dict[int, str]:
    """The trust policies of the roles as they read now, by the roles' keys; two queries for however many."""
    present = _present_arns({unique_id for role in roles for unique_id in role.trust_ids.values()})
    return {role.pk: _reworded(role, present) for role in roles}


def _is_entity(name: str) -> bool:
    return bool(_ENTITY.fullmatch(name) or _UNIQUE_ID.fullmatch(name))


def _unknown(entry: PrincipalEntry, member: str) -> MalformedPolicyDocument:
    return MalformedPolicyDocument(
        policy.invalid_principal(entry.type, entry.value),
        member=member,
        detail="There is no user or role of this name or id.",
        line=entry.line,
        column=entry.column,
    )


def _ids_by_name(named: Iterable[PrincipalEntry]) -> dict[str, str]:
    """The ids of whatever exists of what is named, by ARN or by id itself; a session stands for its role."""
    values = {entry.value for entry in named}
    present = _present_arns({value for value in values if _UNIQUE_ID.fullmatch(value)})
    known = {unique_id: unique_id for unique_id in present}
    known.update({value: row.unique_id for value in values if (row := _named_by(value)) is not None})
    return known


def _named_by(value: str) -> User | Role | None:
    """The user or role of an ARN, or the role of a session's, path and name as spelled."""
    if found := _ENTITY.fullmatch(value):
        entity = (User if found[2] == "user" else Role).anywhere(found[1], found[3])
        return entity if entity is not None and entity.arn == value else None
    if found := _SESSION.fullmatch(value):
        role = Role.anywhere(found[1], found[2])
        return role if role is not None and role.name == found[2] else None
    return None


def _present_arns(unique_ids: Iterable[str]) -> dict[str, str]:
    """The present ARNs of users and roles by unique id; those gone are left out."""
    wanted = set(unique_ids)
    if not wanted:
        return {}
    rows = chain(
        User.objects.select_related("account").filter(unique_id__in=wanted),
        Role.objects.select_related("account").filter(unique_id__in=wanted),
    )
    return {row.unique_id: row.arn for row in rows}


def _reworded(role: Role, present: Mapping[str, str]) -> str:
    """The text with each name that is out of date replaced in its place; a text that holds is returned as stored."""
    text: str = role.trust_document
    stale = {
        name: now
        for name, unique_id in role.trust_ids.items()
        if (now := present.get(unique_id, unique_id)) != name
    }
    if not stale:
        return text
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    # From the end, so that the places of those before stay.
    for entry in reversed(policy.trust_principals(text)):
        if entry.type == "AWS" and entry.value in stale:
            at = starts[entry.line - 1] + entry.column - 1
            literal = _STRING.match(text, at)
            if literal is not None:
                text = text[:at] + json.dumps(stale[entry.value]) + text[literal.end() :]
    return text
