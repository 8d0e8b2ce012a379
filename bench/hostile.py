"""The hostile part of `make bench`: policies and requests made to hurt, and what each act of the engine on them costs.

`KINDS` makes each kind in any size: here the clock runs, tests/policy/test_hostile.py counts steps.  Exit code 1 where
an act takes 100 ms: any act on a policy as large as may be saved; saving and reading one as large as the API takes.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from iam.policy import (
    AttachedPolicy,
    Caller,
    CompiledDocument,
    Context,
    MalformedPolicy,
    Plan,
    PolicySource,
    PolicySyntaxError,
    Request,
    check_for_save,
    compile_document,
    context_keys,
    decide,
    explain,
    explanation_text,
    parse,
    readings,
)
from iam.policy.context import written_keys
from iam.policy.context_entries import LONGEST_VALUE
from iam.policy.simulate import Scene, as_result, simulate
from iam.policy.validate import validate

GOAL_MS: Final = 100.0
ROUNDS: Final = 3
QUOTA: Final = 10_240
"""Characters of the largest policies that may be saved."""
API_LIMIT: Final = 131_072
"""Characters of the largest that may be sent: what a quota refuses, and what is only validated or simulated."""
BOUND: Final[Mapping[int, tuple[str, ...]]] = {
    QUOTA: ("save", "save as trust", "read", "keys", "compile", "decide", "explain", "simulate", "validate"),
    API_LIMIT: ("save", "save as trust", "read", "keys", "compile"),
}
"""The acts that have the goal, by size."""

ACCOUNT: Final = "111122223333"
CALLER: Final = Caller(f"arn:aws:iam::{ACCOUNT}:user/eve", ACCOUNT, "user", "AIDAEVE")
BUCKET: Final = "arn:aws:s3:::"
RESOURCE: Final = BUCKET + "a" * 2000
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/app"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A policy and what is asked of it."""

    text: str
    resource: str = RESOURCE
    context: Context | None = None
    action: str = "s3:GetObject"

    def request(self) -> Request:
        """Return the request, of a user in its own account."""
        return Request(
            CALLER, self.action, self.resource, ACCOUNT, self.context or {"k": BUCKET + "a" * 2000}
        )


Maker = Callable[[int], Hostile]


def document(*statements: Any) -> str:
    """Return a policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def one(**elements: Any) -> str:
    """Return a policy of one statement; None leaves one of the usual elements out."""
    usual = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    return document({name: value for name, value in {**usual, **elements}.items() if value is not None})


def filled(piece: str, size: int) -> str:
    """Return so many pieces that they have about this size."""
    return piece * max(1, size // len(piece))


def many(make: Callable[[int], Any], size: int) -> list[Any]:
    """Return a list of different things that has about this size."""
    return [make(number) for number in range(max(2, size // (len(str(make(1000))) + 3)))]


def when(operator: str, values: Any, **request: Any) -> Hostile:
    """Return a policy with one condition on the key k."""
    return Hostile(one(Condition={operator: {"k": values}}), **request)


def long(size: int) -> str:
    """Return a value of a request, of this size or as long as one can be."""
    return "a" * min(size, LONGEST_VALUE)


def asked(value: str | tuple[str, ...]) -> dict[str, Any]:
    """Return a request in which k has this value."""
    return {"context": {"k": value}}


def _statement(number: int) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:Get*", "Resource": f"{BUCKET}b{number}/*"}


def _address(number: int) -> str:
    return f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}/32"


ACTIONS: Final[Mapping[str, Maker]] = {
    "one action of ?*": lambda n: Hostile(one(Action="s3:" + filled("?*", n) + "b")),
    "one action of *e": lambda n: Hostile(one(Action="s3:" + filled("*e", n) + "b")),
    "actions of ?*": lambda n: Hostile(one(Action=many(lambda i: "s3:" + "?*" * 20 + str(i), n))),
    "actions of *e?t": lambda n: Hostile(one(Action=many(lambda i: f"s3:*e?t*{i}?b", n))),
    "services of ?*": lambda n: Hostile(one(Action=many(lambda i: f"s?*{i}?*b:*", n))),
    "NotAction of ?*": lambda n: Hostile(one(NotAction=many(lambda i: f"s3:?*{i}?*", n), Action=None)),
    "stars as actions": lambda n: Hostile(one(Action=["*"] * (n // 4))),
    "plain actions": lambda n: Hostile(one(Action=many(lambda i: f"s3:Get{i}", n))),
}
RESOURCES: Final[Mapping[str, Maker]] = {
    "one resource of ?*": lambda n: Hostile(one(Resource=BUCKET + filled("?*", n) + "b")),
    "one resource of *a": lambda n: Hostile(one(Resource=BUCKET + filled("*a", n) + "b")),
    "one resource of a?a": lambda n: Hostile(one(Resource=BUCKET + filled("a?a", n) + "b")),
    "resources of *a?a?": lambda n: Hostile(one(Resource=many(lambda i: BUCKET + "*a?a?" * 20 + str(i), n))),
    "resources of *aaaab": lambda n: Hostile(
        one(Resource=many(lambda i: f"{BUCKET}*{'a' * 80}b{i}*", n)),
    ),
    "short resources of *?a": lambda n: Hostile(one(Resource=many(lambda i: f"{BUCKET}*?a?{i}?", n))),
    "wildcards in one field": lambda n: Hostile(one(Resource=f"arn:aws:s3:{filled('?*', n)}b::x")),
    "wildcards in fields": lambda n: Hostile(one(Resource=many(lambda i: f"arn:a*s*?:s?*:*a*{i}b:*:*", n))),
    "NotResource of *a?": lambda n: Hostile(
        one(NotResource=many(lambda i: BUCKET + "*a?" * 10 + str(i), n), Resource=None)
    ),
    "plain resources": lambda n: Hostile(one(Resource=many(lambda i: f"{BUCKET}a{i}", n))),
    "one variable after the other": lambda n: Hostile(one(Resource=BUCKET + filled("${k}*", n))),
    "variables of a long value": lambda n: Hostile(one(Resource=BUCKET + filled("${k}", n))),
    "variables with defaults": lambda n: Hostile(one(Resource=BUCKET + filled("${x, 'a'}", n))),
    "resources with variables": lambda n: Hostile(
        one(Resource=many(lambda i: BUCKET + "*${k}?" + f"{i}*", n))
    ),
    "open variables": lambda n: Hostile(one(Resource=BUCKET + filled("${a", n))),
    "open defaults": lambda n: Hostile(one(Resource=BUCKET + filled("${a, '", n))),
    "variables in variables": lambda n: Hostile(
        one(Resource=BUCKET + filled("${a", n // 2) + filled("}", n // 2))
    ),
    "long resource asked for": lambda n: Hostile(one(Resource=f"{BUCKET}*a?a*b"), BUCKET + long(n)),
}
TEXTS: Final[Mapping[str, Maker]] = {
    "StringLike of *a": lambda n: when("StringLike", filled("*a", n) + "b"),
    "StringLike of *a?a": lambda n: when("StringLike", filled("*a?a", n) + "b"),
    "StringLike of a?": lambda n: when("StringLike", filled("a?", n) + "b", **asked(long(n) + "b")),
    "many StringLike": lambda n: when("StringLike", many(lambda i: "*a" * 40 + f"b{i}", n)),
    "many StringNotLike": lambda n: when("StringNotLike", many(lambda i: "*?a" * 30 + f"b{i}", n)),
    "StringLike of aaaab": lambda n: when("StringLike", many(lambda i: f"*{'a' * 90}b{i}*", n)),
    "StringLike of variables": lambda n: when("StringLike", filled("${k}*", n)),
    "StringEquals of variables": lambda n: when("StringEquals", many(lambda i: "${k}" * 50 + str(i), n)),
    "IgnoreCase of variables": lambda n: when(
        "StringEqualsIgnoreCase", many(lambda i: "${k}" * 50 + str(i), n)
    ),
    "plain texts": lambda n: when("StringEquals", many(str, n)),
    "ArnLike of colons": lambda n: when("ArnLike", filled("*:", n)),
    "ArnLike without colons": lambda n: when("ArnLike", filled("*a", n)),
    "ArnLike of *a in one field": lambda n: when("ArnLike", f"arn:aws:{filled('*a', n)}:*:*:*"),
    "ArnLike of variables": lambda n: when("ArnLike", "arn:${k}:s3:::" + filled("${k}*", n)),
    "many ArnLike": lambda n: when("ArnLike", many(lambda i: "*:" * 5 + "?*a" * 30 + str(i), n)),
    "StringLike of aabaa": lambda n: when(
        "StringLike", many(lambda i: f"*{'a' * 45}{i}{'a' * 45}*", n), **asked(long(n))
    ),
    "many ArnNotLike": lambda n: when("ArnNotLike", many(lambda i: "arn:*a*:s*?:::*a?" + str(i), n)),
    "a long value under StringLike": lambda n: when("StringLike", "*a?a*a?ab", **asked(long(n))),
    "a long value under many": lambda n: when(
        "StringLike", many(lambda i: f"*a?a{i}*", n // 8), **asked(long(n))
    ),
    "long values of variables": lambda n: when("StringLike", filled("${k}*", n), **asked(long(n))),
    "values under ForAllValues": lambda n: when(
        "ForAllValues:StringLike", ["*a?*"] * 9, **asked(("ba",) * (n // 5))
    ),
    "values under ForAnyValue": lambda n: when(
        "ForAnyValue:StringEquals", many(str, n), **asked(("ba",) * (n // 5))
    ),
    "values as ARNs": lambda n: when("ForAnyValue:ArnLike", "arn:*:*:*:*:*b", **asked((ROLE,) * (n // 40))),
}
NUMBERS: Final[Mapping[str, Maker]] = {
    "a number of nines": lambda n: when("NumericEquals", "9" * n, **asked("9" * len(long(n)))),
    "a JSON number of nines": lambda n: Hostile(
        one(Condition={"NumericEquals": {"k": "@"}}).replace('"@"', "9" * n)
    ),
    "huge exponents": lambda n: when("NumericLessThan", ["1e999999999"] * (n // 14), **asked("1e999999999")),
    "large exponents": lambda n: when("NumericLessThan", many(lambda i: f"-{i}e999", n), **asked("1e999")),
    "large and small": lambda n: when("NumericEquals", many(lambda i: f"{i}e-999", n), **asked("1e999")),
    "numbers": lambda n: when("NumericEquals", many(str, n), **asked("-1")),
    "numbers and numbers": lambda n: when(
        "ForAnyValue:NumericLessThan", many(str, n), **asked(tuple(map(str, range(10**6, 10**6 + n // 8))))
    ),
    "dates": lambda n: when(
        "DateEquals", many(lambda i: f"20{i % 80 + 10}-01-01T00:00:00.{i}Z", n), **asked("1")
    ),
    "dates and dates": lambda n: when(
        "ForAnyValue:DateLessThan",
        many(lambda i: f"{i + 10**9}", n),
        **asked(tuple(str(2 * 10**9 + i) for i in range(n // 11))),
    ),
    "a date of nines": lambda n: when("DateLessThan", "9" * n, **asked("9" * len(long(n)))),
    "addresses": lambda n: when("IpAddress", many(_address, n), **asked("192.0.2.1")),
    "no addresses": lambda n: when(
        "NotIpAddress", many(lambda i: f"10.0.0.{i}", n), **asked("1.2.3." + long(n))
    ),
    "addresses of the new family": lambda n: when(
        "IpAddress", many(lambda i: f"2001:db8::{i % 9999}/{i % 129}", n)
    ),
    "addresses and addresses": lambda n: when(
        "ForAnyValue:IpAddress",
        many(_address, n),
        **asked(tuple(f"192.0.{i // 256 % 256}.{i % 256}" for i in range(n // 12))),
    ),
    "truths": lambda n: when("Bool", ["true", "false"] * (n // 14), **asked(long(n))),
    "bytes": lambda n: when(
        "BinaryEquals", ["QUFB" * 100] * (n // 400), **asked("QUFB" * (len(long(n)) // 4))
    ),
}
FORMS: Final[Mapping[str, Maker]] = {
    "statements": lambda n: Hostile(document(*many(_statement, n))),
    "denying statements": lambda n: Hostile(
        document(*many(lambda i: {**_statement(i), "Effect": "Deny"}, n))
    ),
    "equal statements": lambda n: Hostile(document(*[_statement(0)] * (n // 60))),
    "empty statements": lambda n: Hostile(document(*[{}] * (n // 3))),
    "Sids": lambda n: Hostile(document(*many(lambda i: {**_statement(i), "Sid": f"s{i}"}, n))),
    "blanks": lambda n: Hostile(" " * n),
    "blanks inside": lambda n: Hostile(one().replace(",", "," + " " * (n // 4))),
    "lines inside": lambda n: Hostile(json.dumps(json.loads(one(Action=many(str, n // 2))), indent=1)),
    "lines before a fault": lambda n: Hostile(one().replace(",", "," + "\n" * (n // 4)) + "x"),
    "deep lists": lambda n: Hostile("[" * (n // 2) + "]" * (n // 2)),
    "deep objects": lambda n: Hostile(filled('{"a":', n)),
    "deep in a condition": lambda n: Hostile(one(Condition="@").replace('"@"', filled('{"k":', n))),
    "escapes": lambda n: Hostile(one(Id=1).replace('"Id":1', '"Sid":"' + filled('\\"', n) + '"')),
    "unicode escapes": lambda n: Hostile(one(Id=1).replace('"Id":1', '"Sid":"' + filled("\\u0041", n) + '"')),
    "an open string": lambda n: Hostile('{"Version":"' + "a" * n),
    "keys": lambda n: Hostile(json.dumps({f"k{i}": 1 for i in range(n // 10)})),
    "a key given twice": lambda n: Hostile(
        json.dumps({f"k{i}": 1 for i in range(n // 10)})[:-1] + ',"k0":1}'
    ),
    "condition keys": lambda n: Hostile(
        one(Condition={"StringLike": {f"k{i}": "a*" for i in range(n // 14)}})
    ),
    "a condition key in other case": lambda n: Hostile(
        one(Condition={"StringLike": {**{f"k{i}": "a" for i in range(n // 13)}, "K0": "a"}})
    ),
    "operators": lambda n: Hostile(one(Condition={f"x{i}": {} for i in range(n // 12)})),
    "one key under all operators": lambda n: Hostile(
        one(Condition={f"StringEquals{i}": {"k": "a"} for i in range(n // 30)})
    ),
    "principals": lambda n: Hostile(
        one(Principal={"AWS": many(lambda i: f"{10**11 + i}", n)}, Action="sts:AssumeRole", Resource=None),
        action="sts:AssumeRole",
        resource=ROLE,
    ),
    "keys of a request": lambda n: when("StringEquals", "a", context={f"k{i}": "a" for i in range(n // 8)}),
}
KINDS: Final = {**ACTIONS, **RESOURCES, **TEXTS, **NUMBERS, **FORMS}


def acts(hostile: Hostile) -> dict[str, Callable[[], object]]:
    """Return what the engine does with a policy, each act as a call; `decide` compiles first."""
    text, request = hostile.text, hostile.request()

    def plan() -> Plan:
        return Plan([AttachedPolicy(PolicySource("p", "managed", "p"), compile_document(text))])

    def explained() -> str:
        has = plan()
        return explanation_text(explain(decide(request, has), request, has))

    return {
        "save": lambda: check_for_save(text, "managed"),
        "save as trust": lambda: check_for_save(text, "trust"),
        "read": lambda: parse(text),
        "keys": lambda: context_keys(text),
        "compile": lambda: CompiledDocument(text),
        "decide": lambda: decide(request, plan()),
        "explain": explained,
        "simulate": lambda: as_result(
            simulate(Scene(CALLER, plan(), request.context, ACCOUNT), hostile.action, hostile.resource)
        ),
        "validate": lambda: validate(text),
    }


def attempt(act: Callable[[], object]) -> None:
    """Let the engine act, or refuse."""
    for cache in (
        compile_document,
        written_keys,
        readings.number,
        readings.instant,
        readings.address,
        readings.octets,
    ):
        cache.cache_clear()
    with contextlib.suppress(PolicySyntaxError, MalformedPolicy):
        act()


def milliseconds(act: Callable[[], object], rounds: int) -> float:
    """Return what an act costs: time of this process alone, the best of some rounds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        attempt(act)
        times.append(time.process_time() - started)
    return min(times) * 1000


def main() -> int:
    """Measure every kind at both sizes and print the slowest of each act; return the exit code."""
    missed = []
    for size, bound in BOUND.items():
        costs = {
            (act, kind): milliseconds(call, ROUNDS if act in bound else 2)
            for kind, make in KINDS.items()
            for act, call in acts(make(size)).items()
        }
        say(f"\n{len(KINDS)} kinds of hostile policy, {size:,} characters: the slowest of each act")
        for act in dict.fromkeys(act for act, _ in costs):
            cost, kind = max((cost, kind) for (each, kind), cost in costs.items() if each == act)
            say(f"  {act:<14}{cost:>8.1f} ms  {kind}{'' if act in bound else '  (no goal)'}")
            if act in bound and cost >= GOAL_MS:
                missed.append(f"{act} of {kind}, {size:,} characters: {cost:.0f} ms, wanted {GOAL_MS:.0f}")
    for line in missed:
        say(f"MISSED: {line}")
    say("all goals met" if not missed else f"{len(missed)} goals missed")
    return 1 if missed else 0


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
