"""Invent cases made to collide: few actions, ARNs, keys and texts, each blurred a little, in every kind of layer.

A case has the form of cases/*.jsonl, and what a whole caller says besides: `principal_arn`, `unique_id`,
`principal_id`, and the `principal_ids` of names bound at save.
"""

from random import Random  # noqa: TID251  # a seeded, repeatable choice of test cases; nothing here is secret
from typing import Any

Case = dict[str, Any]

ACCOUNT, OTHER = "111122223333", "444455556666"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
TEAM_ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/app"
LINKED_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.example.com/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
OWN_POLICIES = (ALICE, SESSION, FEDERATED)
CALLERS = (ALICE, ALICE, SESSION, SESSION, FEDERATED, FEDERATED, ROOT, "sns.amazonaws.com", SAML, "anonymous")
IDS = {ALICE: "AIDAALICE", ROLE: "AROAAPP"}

ACTIONS = ("s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "sqs:SendMessage")
TRUST = ("sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", WEB_IDENTITY)
KEY = "arn:aws:kms:eu-west-1:{owner}:key/k1"
RESOURCES = (
    "arn:aws:s3:::data/alice/a", "arn:aws:s3:::data", "arn:aws:sqs:eu-west-1:{owner}:q1", "arn:aws:s3:::a:b/c",
    "arn:aws:s3:::data/*", "*", "arn:aws:s3:::abaabbab",
)  # fmt: skip

STRINGS = (
    "alice", "Alice", "a", "b", "", "a*", "a?b", "a:b", "x/y", "É", "é", "${aws:username}", "${*}", "a\nb", "$", "}", "true",
)  # fmt: skip
NUMBERS = (
    "5", "5.0", "05", "+5", "-5", "5.", ".5", "5e0", "5E1", "50", "0x5", " 5", "", "NaN", "inf", "1_0", "-0", "0", "6", "4.9",
    "5e-1", "0.5", "1e999", "1e1000", "9" * 64, "9" * 65, "5e", "5.0.0", "12abc", "--5",
)  # fmt: skip
DATES = (
    "2020-01", "2020-01-01", "2020-01-01T00:00Z", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "1577836800", "2020",
    "2019-12-31T23:59:59.5Z", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00.50Z", "2020-01-01T00:00:00.0000000001Z", "",
    "2020-01-01T00:00", "2020-01-01T24:00Z", "2020-01-01T00:00:60Z", "2020-02-30", "2020-02-29", "2020-13", "-5", "01577836800",
    "1577836800.5", "2020-1-1", "0000-01", "9999-12-31T23:59-01:00", "0001-01-01T00:00+01:00", "2020-01-01t00:00z", "01T",
    "2020-01-01 00:00Z", "2020-01-01T00Z", "2020-01-01T00:00+0100", "2020-01-01T00:00+24:00", "2020-01-01T00:00-00:30",
    "2020-01-01T00:00:00,5Z", "2020-01-01Z", " 2020-01-01", "2020-01-01T00:00:00.Z", "1577836801", "9" * 30, "20200101",
    "2020-W01", "2020-001", "2020-01-01T00:00+01", "2020-01-01T00:00+00:60", "2020-01-01T00:00:00+01:00:30",
)  # fmt: skip
IPS = (
    "10.0.0.1", "10.0.0.0/8", "10.0.0.7/24", "10.0.0.1/32", "0.0.0.0/0", "10.0.0.01", "10.0.0", "::1", "::1/128", "::/0", "",
    "0:0:0:0:0:0:0:1", "2001:db8::/32", "2001:DB8::1", "::ffff:10.0.0.1", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/08", "host",
    "10.0.0.1/255.0.0.0", "fe80::1%eth0", "10.0.0.1/", "1", "::ffff:0:0/96", "::/129", "10.0.0.9", "167772161", " 10.0.0.1",
    "10.0.0.1/+8", "::1/0128", "[::1]", "10.0.0.256", "1::2::3",
)  # fmt: skip
BYTES = (
    "QQ==",
    "QQ",
    "QR==",
    "QUI=",
    "",
    "Q Q==",
    "QQ==\n",
    "!!!!",
    "YWJj",
    "-_8=",
    "+/8=",
    "QQ===",
    "=",
    "QQ=",
)
BOOLS = ("true", "false", "True", "FALSE", "", "1", "yes", " true", "${aws:username}")
ARNS = (
    ROLE, ALICE, SESSION, "arn:aws:s3:::data/alice/a", "arn:aws:s3", "*", "foo:aws:s3:::x", "arn:aws:s3:::a:b/c", "a:b:c:d:e:f",
    "arn:*:*:*:*:*", "*:*:*:*:*:*", "arn:aws:iam:::", "${aws:PrincipalArn}", "arn:aws:iam::${aws:PrincipalAccount}:role/app",
    "arn:aws:s3:::${aws:username}", "ARN:aws:s3:::x", "",
)  # fmt: skip
FAMILIES = {
    "String": STRINGS, "Numeric": NUMBERS, "Date": DATES, "Ip": IPS, "Binary": BYTES, "Bool": BOOLS, "Arn": ARNS,
    "Null": ("true", "false", "True", "yes", ""),
}  # fmt: skip
OPERATORS = {
    "String": ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
               "StringNotLike"),
    "Numeric": ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
                "NumericGreaterThanEquals"),
    "Date": ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
             "DateGreaterThanEquals"),
    "Ip": ("IpAddress", "NotIpAddress"), "Binary": ("BinaryEquals",), "Bool": ("Bool",), "Null": ("Null",),
    "Arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
}  # fmt: skip
ODD_OPERATORS = (
    "stringEquals",
    "StringEqualsifexists",
    "ForSomeValue:Bool",
    "BoolNot",
    "BinaryNotEquals",
    "ForAllValues:",
)
JSON_VALUES = (5, 5.0, True, False, 1577836800, 0, 1e3, -5)
KEYS = (
    "aws:username",
    "aws:PrincipalTag/Team",
    "aws:TagKeys",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "x:k",
)
VARIABLES = (
    "${aws:username}", "${AWS:UserName}", "${aws:PrincipalTag/Team}", "${aws:TagKeys}", "${x:none}", "${x:none, 'alice'}",
    "${aws:username, 'bob'}", "${*}", "${?}", "${$}", "${}", "${aws:username", "${ aws:username}", "${x:none,'alice'}",
    "${x:none, 'a*'}", "${x:none, ''}", "${$}{aws:username}", "${x:none, 'a'b'}", "${x:none, \"alice\"}", "$${aws:username}",
    "${x:none, alice}", "${a${aws:username}}", "${x:none,  'alice'}", "${x:none, 'a}b'}", "${aws:PrincipalTag/my team}",
)  # fmt: skip


def invent(rng: Random) -> Case:
    """One case: a caller, a request, and policies blurred from it, in one or in every layer."""
    arn = rng.choice(CALLERS)
    owner = ACCOUNT if rng.random() < 0.75 else OTHER
    action, resource = _asked(rng, arn, owner)
    if action == WEB_IDENTITY:
        arn = rng.choice((arn, "accounts.example.com"))
    case: Case = {"caller_arn": arn, "resource_owner_account": owner, "action": action, "resource": resource}
    case["context"] = {key: _entry(rng) for key in KEYS if rng.random() < 0.6}
    _ids(rng, case)
    _give_policies(rng, case)
    return case


def _asked(rng: Random, arn: str, owner: str) -> tuple[str, str]:
    roll = rng.random()
    if roll < 0.15 or arn == SAML:
        action = "sts:AssumeRoleWithSAML" if arn == SAML else rng.choice(TRUST)
        return action, f"arn:aws:iam::{owner}:role/{rng.choice(('app', 'deploy'))}"
    if roll > 0.99 and arn in (*OWN_POLICIES, ROOT):
        return "sts:GetCallerIdentity", "*"
    if roll < 0.22:
        return "kms:Decrypt", "*" if rng.random() < 0.2 else KEY.format(owner=owner)
    return rng.choice(ACTIONS), rng.choice(RESOURCES).format(owner=owner)


def _ids(rng: Random, case: Case) -> None:
    if case["caller_arn"] == SESSION and rng.random() < 0.3:
        case["principal_arn"] = rng.choice((TEAM_ROLE, TEAM_ROLE, LINKED_ROLE))
    if rng.random() < 0.2:
        ids = {
            name: rng.choice((unique, unique + "OLD")) for name, unique in IDS.items() if rng.random() < 0.7
        }
        case["principal_ids"] = ids
        case["unique_id"] = {ALICE: IDS[ALICE]}.get(case["caller_arn"], "")
        case["principal_id"] = {SESSION: IDS[ROLE], FEDERATED: IDS[ALICE]}.get(case["caller_arn"], "")


def _give_policies(rng: Random, case: Case) -> None:
    full = rng.random() < 0.5
    often = 0.5 if full else 0.12
    own = case["caller_arn"] in OWN_POLICIES
    if own:
        case["identity_policies"] = [
            _document(rng, case, "identity") for _ in range(rng.choice((0, 1, 1, 2)))
        ]
        if rng.random() < often:
            case["boundary"] = _document(rng, case, "boundary")
        if rng.random() < often or case["caller_arn"] == FEDERATED:
            case["session_policies"] = [
                _document(rng, case, "session") for _ in range(rng.choice((0, 1, 1, 2)))
            ]
    for field in ("scps", "rcps"):
        if rng.random() < often / 2:
            case[field] = [[_document(rng, case, field[:-1]) for _ in range(rng.choice((0, 1, 1, 2)))]]
            case[field] += [[_document(rng, case, field[:-1])]] * (rng.random() < 0.2)
    if rng.random() < (often if own else 0.9) + 0.2:
        case["resource_policy"] = _document(rng, case, "resource")


def _document(rng: Random, case: Case, kind: str) -> Case:
    version = rng.choice(
        ({"Version": "2012-10-17"}, {"Version": "2012-10-17"}, {"Version": "2008-10-17"}, {})
    )
    blocks = [_statement(rng, case, kind) for _ in range(rng.choice((1, 1, 2, 3)))]
    return {**version, "Statement": blocks[0] if len(blocks) == 1 and rng.random() < 0.5 else blocks}


def _statement(rng: Random, case: Case, kind: str) -> Case:
    block: Case = {"Effect": rng.choice(("Allow", "Allow", "Allow", "Deny"))}
    block.update(_principal(rng, case, kind))
    negated = rng.random() < 0.12
    block["NotAction" if negated else "Action"] = _some(rng, lambda: _action(rng, case["action"]))
    if kind != "resource" or (not case["action"].startswith("sts:") and rng.random() < 0.9):
        negated = rng.random() < 0.2
        block["NotResource" if negated else "Resource"] = _some(rng, lambda: _resource(rng, case["resource"]))
        if rng.random() < 0.005:
            block.pop("NotResource", block.pop("Resource", None))
    if rng.random() < 0.35:
        block["Condition"] = _condition(rng, case)
    return block


def _some(rng: Random, make: Any) -> Any:
    count = rng.choice((1, 1, 1, 2, 3)) if rng.random() < 0.98 else 0
    made = [make() for _ in range(count)]
    return made[0] if count == 1 and rng.random() < 0.7 else made


def _action(rng: Random, action: str) -> str:
    if rng.random() < 0.4:
        return "*"
    service, _, name = (action if rng.random() < 0.8 else rng.choice(ACTIONS)).partition(":")
    return (blur(rng, service) if rng.random() < 0.05 else service) + ":" + blur(rng, name, variables=False)


def _resource(rng: Random, resource: str) -> str:
    if rng.random() < 0.35:
        return "*"
    text = resource if rng.random() < 0.8 else rng.choice(RESOURCES).format(owner=ACCOUNT)
    if rng.random() < 0.08:
        text = ":".join(text.split(":")[: rng.randint(1, 6)])
    return blur(rng, text)


def _principal(rng: Random, case: Case, kind: str) -> Case:
    if kind == "rcp":
        return {
            "Principal": rng.choice(
                ("*", "*", "*", {"AWS": "*"}, {"AWS": ALICE}) if rng.random() < 0.1 else ("*",)
            )
        }
    if kind != "resource":
        return {"Principal": "*"} if rng.random() < 0.003 else {}
    if rng.random() < 0.01:
        return {}
    name = "NotPrincipal" if rng.random() < 0.2 else "Principal"
    if rng.random() < 0.15:
        return {name: "*"}
    entries: dict[str, list[str]] = {}
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        entry_kind, entry = _principal_entry(rng, case["caller_arn"])
        entries.setdefault(entry_kind, []).append(entry)
    return {name: {k: e[0] if len(e) == 1 and rng.random() < 0.7 else e for k, e in entries.items()}}


def _principal_entry(rng: Random, arn: str) -> tuple[str, str]:
    roll = rng.random()
    if roll < 0.1:
        return rng.choice(("Service", "Federated", "CanonicalUser")), rng.choice(
            ("sns.amazonaws.com", "*", SAML, arn)
        )
    if roll < 0.3 and not arn.startswith(("arn:aws:iam::1111", "arn:aws:sts")) and arn != "anonymous":
        return ("Service" if arn == "sns.amazonaws.com" else "Federated"), arn
    if roll < 0.3 and arn == SAML:
        return "Federated", arn
    near = {
        SESSION: (SESSION, ROLE, ROOT, ACCOUNT),
        FEDERATED: (FEDERATED, ALICE, ROOT, ACCOUNT),
        ALICE: (ALICE, ROOT, ACCOUNT),
    }
    if roll < 0.75:
        return "AWS", rng.choice(near.get(arn, (ROOT, ACCOUNT, "*")))
    return "AWS", rng.choice(
        (
            "*",
            ALICE,
            ROLE,
            SESSION,
            FEDERATED,
            ROOT,
            OTHER,
            f"arn:aws:iam::{OTHER}:root",
            TEAM_ROLE,
            TEAM_ROLE,
            f"arn:aws:iam::{ACCOUNT}:user/*",
            SESSION + "2",
            "arn:aws:iam::111122223333:user/Alice",
            *IDS.values(),
            "sns.amazonaws.com",
            f"arn:aws:iam::{ACCOUNT}:user/team/alice",
        )
    )


def _entry(rng: Random) -> Case:
    family = rng.choice(tuple(FAMILIES))
    pool = FAMILIES[family]
    if rng.random() < 0.3:
        return {
            "type": "stringList",
            "values": [rng.choice(pool) for _ in range(rng.choice((0, 1, 1, 2, 3)))],
        }
    return {"type": "string", "values": [rng.choice(pool)]}


def _condition(rng: Random, case: Case) -> Case:
    block: Case = {}
    for _ in range(rng.choice((1, 1, 1, 2))):
        key = rng.choice(KEYS)
        given = case["context"].get(key, {}).get("values", [])
        family = _family_of(rng, given)
        made = _operator(rng, family)
        flipped = "".join(rng.choice((c.upper(), c.lower())) for c in key) if rng.random() < 0.1 else key
        if not any(k.lower() == key.lower() for k in block.get(made, {})):
            block.setdefault(made, {})[flipped] = _some(rng, lambda g=given, f=family: _value(rng, f, g))
    return block


def _family_of(rng: Random, given: list[str]) -> str:
    fitting = [name for name, pool in FAMILIES.items() if given and given[0] in pool]
    return rng.choice(fitting) if fitting and rng.random() < 0.6 else rng.choice(tuple(FAMILIES))


def _operator(rng: Random, family: str) -> str:
    if rng.random() < 0.03:
        return rng.choice(ODD_OPERATORS)
    qualifier = rng.choice(("ForAllValues:", "ForAnyValue:")) if rng.random() < 0.35 else ""
    return qualifier + rng.choice(OPERATORS[family]) + ("IfExists" if rng.random() < 0.2 else "")


def _value(rng: Random, family: str, given: list[str]) -> Any:
    roll = rng.random()
    if roll < 0.06:
        return rng.choice(JSON_VALUES)
    if roll < 0.4 and given:
        text = rng.choice(given)
        return blur(rng, text) if family in ("String", "Arn") else text
    text = rng.choice(FAMILIES[family])
    return blur(rng, text) if family in ("String", "Arn") and rng.random() < 0.5 else text


def blur(rng: Random, text: str, *, variables: bool = True) -> str:
    """A text near another: pieces turned into wildcards or variables, letters flipped, dropped or doubled."""
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        start = rng.randint(0, len(text))
        end = rng.choice((start, start + 1, rng.randint(start, len(text)), len(text)))
        if variables and rng.random() < 0.35:
            piece = rng.choice(VARIABLES)
        else:
            old = text[start:end]
            mixed = "".join(rng.choice((c, c, c, "?", "*")) for c in old)
            piece = rng.choice(("*", "*", "*", "?" * len(old), mixed, old.swapcase(), old * 2, "", "**"))
        text = text[:start] + piece + text[end:]
    return text
