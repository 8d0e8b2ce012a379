"""Findings about the values of conditions: types, dates, addresses, regions, wildcards, empty and needless values."""

import ipaddress
import re
from typing import Final

from iam.policy import readings
from iam.policy.actions import KeyType
from iam.policy.findings.condition_keys import key_of
from iam.policy.findings.model import ClauseView, Findings, Part, PolicyView

_FAMILIES: Final = ("String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "NotIpAddress", "Arn", "Null")
_CODES: Final[dict[str, tuple[str, str]]] = {
    "Numeric": ("TYPE_MISMATCH_NUMBER", "number"),
    "Date": ("TYPE_MISMATCH_DATE", "date"),
    "Bool": ("TYPE_MISMATCH_BOOLEAN", "boolean: true or false"),
    "Null": ("TYPE_MISMATCH_BOOLEAN", "boolean: true or false"),
    "IpAddress": ("TYPE_MISMATCH_IP_RANGE", "address or range of addresses"),
    "NotIpAddress": ("TYPE_MISMATCH_IP_RANGE", "address or range of addresses"),
}
_FITTING: Final[dict[KeyType, tuple[str, ...]]] = {
    "string": ("String",),
    "arn": ("Arn", "String"),
    "bool": ("Bool", "String"),
    "numeric": ("Numeric",),
    "date": ("Date", "Numeric"),
    "ip": ("IpAddress", "NotIpAddress"),
    "binary": ("Binary",),
}
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+){1,2}-[0-9]+|global")
_VPC: Final = re.compile(r"vpc-[0-9a-f]{8}([0-9a-f]{9})?")
_VPCE: Final = re.compile(r"vpce-[0-9a-f]{8}([0-9a-f]{9})?")
_FORMS: Final = {
    "aws:requestedregion": (_REGION, "INVALID_REGION", "region"),
    "aws:sourcevpc": (_VPC, "INVALID_VPC_FORMAT", "VPC id"),
    "aws:sourcevpce": (_VPCE, "INVALID_VPCE_FORMAT", "VPC endpoint id"),
}
_BOUNDS: Final = ("LessThan", "GreaterThan")


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        for clause in statement.clauses:
            yield from _empty(policy, clause)
            yield from _data_types(policy, clause)
            if clause.named is not None:
                yield from _types(policy, clause, _family(clause.named.base))
                yield from _wildcards(policy, clause)
                yield from _forms(policy, clause)
                yield from _addresses(policy, clause)
                yield from _bounds(policy, clause)


def _family(base: str) -> str:
    return next(family for family in _FAMILIES if base.startswith(family))


def _empty(policy: PolicyView, clause: ClauseView) -> Findings:
    named = clause.named
    if clause.values or not clause.listed or named is None:
        return
    code, text = "EMPTY_ARRAY_CONDITION", "A condition without values never holds."
    if named.quantifier == "ForAllValues":
        code, text = f"{code}_FOR_ALL_VALUES", "Without values this holds only where the key is missing."
    elif named.quantifier == "ForAnyValue":
        code = f"{code}_FOR_ANY_VALUE"
    elif named.if_exists:
        code, text = f"{code}_IF_EXISTS", "Without values this holds only where the key is missing."
    yield policy.finding(code, text, clause.key)


def _data_types(policy: PolicyView, clause: ClauseView) -> Findings:
    kinds = {part.node.kind for part in clause.values}
    if len(kinds) > 1:
        text = "The values are of several JSON types; write all as strings."
        yield policy.finding("INVALID_CONDITION_DATA_TYPE", text, clause.key)
    if clause.named is not None and clause.named.base in ("Bool", "Null") and len(clause.values) > 1:
        text = "A boolean is compared with one value."
        yield policy.finding("INVALID_CONDITION_MULTIPLE_BOOLEAN", text, clause.key)


def _types(policy: PolicyView, clause: ClauseView, family: str) -> Findings:
    for part in clause.values:
        if family in _CODES and "${" not in part.text and not _readable(family, part.text):
            code, what = _CODES[family]
            if family == "Date" and re.match(r"[0-9]{4}-", part.text):
                yield policy.finding("INVALID_DATE_VALUE", f"{part.text} is no date there is.", part)
            else:
                yield policy.finding(code, f"{part.text} is no {what}.", part)
    key = key_of(policy, clause.name)
    if key is not None and family != "Null" and family not in _FITTING[key.type]:
        text = f"{key.name} is of type {key.type}; {clause.operator.text} compares something else."
        code = "TYPE_MISMATCH_STRING" if key.type == "string" else "TYPE_MISMATCH"
        yield policy.finding(code, text, clause.operator, clause.key)


def _readable(family: str, text: str) -> bool:
    if family == "Numeric":
        return readings.number(text) is not None
    if family == "Date":
        return readings.instant(text) is not None
    if family in ("Bool", "Null"):
        return readings.boolean(text) is not None
    return readings.block(text) is not None


def _wildcards(policy: PolicyView, clause: ClauseView) -> Findings:
    named = clause.named
    if named is None or not named.base.startswith("String") or "Like" in named.base:
        return
    for part in clause.values:
        plain = re.sub(r"\$\{[^}]*\}", "", part.text)
        if part.node.kind == "string" and ("*" in plain or "?" in plain):
            text = f"{clause.operator.text} takes wildcards literally; StringLike reads them."
            yield policy.finding("WILDCARD_WITHOUT_LIKE_OPERATOR", text, part)


def _forms(policy: PolicyView, clause: ClauseView) -> Findings:
    form, code, what = _FORMS.get(clause.name, (None, "", ""))
    if form is None or clause.named is None or clause.named.base == "Null":
        return
    like = "Like" in clause.named.base
    for part in clause.values:
        plain = "${" not in part.text and not (like and ("*" in part.text or "?" in part.text))
        if plain and not form.fullmatch(part.text):
            yield policy.finding(code, f"{part.text} is no {what}.", part)


def _addresses(policy: PolicyView, clause: ClauseView) -> Findings:
    named = clause.named
    if named is None or named.base not in ("IpAddress", "NotIpAddress"):
        return
    networks = [(part, network) for part in clause.values if (network := _network(part.text)) is not None]
    for part, network in networks:
        if "/" in part.text and str(network) != str(_written(part.text)):
            text = f"Bits behind the prefix are ignored; this is {network}."
            yield policy.finding("IMPROVE_IP_RANGE", text, part)
    if clause.name == "aws:sourceip":
        private = [part for part, network in networks if network.is_private]
        code = "PRIVATE_IP_ADDRESS" if named.base == "IpAddress" else "PRIVATE_NOT_IP_ADDRESS"
        text = "aws:SourceIp is a public address; private ranges never match."
        if private and len(private) == len(clause.values):
            yield policy.finding(code, text, clause.key, *private[:5])
        elif private:
            yield policy.finding(f"{code}_SUBSET", text, *private[:5])


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _written(text: str) -> str:
    """Return an address range as written, in the standard spelling of its address."""
    address, _, prefix = text.partition("/")
    return f"{ipaddress.ip_address(address)}/{int(prefix)}"


def _bounds(policy: PolicyView, clause: ClauseView) -> Findings:
    named = clause.named
    if named is None or len(clause.values) < 2 or not any(bound in named.base for bound in _BOUNDS):
        return
    read = [_number(named.base, part) for part in clause.values]
    if all(value is not None for value in read):
        which = "largest" if "LessThan" in named.base else "smallest"
        text = f"Any of the values is enough, so the {which} covers the others."
        yield policy.finding("REDUNDANT_CONDITION_VALUE_NUM", text, clause.key)


def _number(base: str, part: Part) -> readings.Number | None:
    return readings.instant(part.text) if base.startswith("Date") else readings.number(part.text)
