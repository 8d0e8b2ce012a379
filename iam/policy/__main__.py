"""The engine from the command line: python -m iam.policy validate | explain | simulate.

A file named `-` is standard input.  Exit codes: 0 all well (no error found, everything allowed), 1 not so, 2 the
question itself is wrong (a file that cannot be read, a text that is no policy).
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, get_args

from iam.policy import (
    AttachedPolicy,
    Caller,
    Context,
    Plan,
    PolicyError,
    PolicySource,
    Request,
    compile_document,
    decide,
    explain,
    explanation_text,
)
from iam.policy.arn import FIELDS, fields
from iam.policy.attached import SourceKind
from iam.policy.findings.model import TRUST, Finding, PolicyType
from iam.policy.principals import CallerKind
from iam.policy.simulate import Scene, as_result, simulate
from iam.policy.validate import validate

WELL: Final = 0
NOT_WELL: Final = 1
WRONG_QUESTION: Final = 2

ACCOUNT: Final = "111122223333"
_KINDS: Final[dict[str, CallerKind]] = {
    "user": "user",
    "root": "root",
    "assumed-role": "assumed-role",
    "federated-user": "federated-user",
}


class WrongQuestion(Exception):
    """What was typed makes no sense; the message says why."""


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Answer one command line; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code, data, lines = asked.run(asked)
    except (WrongQuestion, PolicyError, OSError, UnicodeDecodeError) as fault:
        sys.stderr.write(f"{asked.command}: {fault}\n")
        return WRONG_QUESTION
    text = json.dumps(data, indent=2) if asked.json else "\n".join(lines)
    (out or sys.stdout).write(text + "\n")
    return int(code)


Answer = tuple[int, Any, Iterable[str]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m iam.policy", description="Ask the policy engine.")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("validate", help="say what is wrong, dangerous or needless in policies")
    checking.add_argument("files", nargs="+", metavar="FILE")
    checking.add_argument("--type", choices=get_args(PolicyType), default="IDENTITY_POLICY")
    checking.add_argument("--trust", action="store_true", help="the policy is the trust policy of a role")
    checking.add_argument("--resource-type", default="", help="what a resource policy hangs on")
    checking.add_argument("--no-catalogue", action="store_true", help="judge names by their form only")
    checking.set_defaults(run=_validate)
    for name, run, told in (
        ("explain", _explain, "say why one request is decided as it is"),
        ("simulate", _simulate, "decide several actions on several resources"),
    ):
        asking = commands.add_parser(name, help=told)
        _add_request(asking, several=name == "simulate")
        asking.set_defaults(run=run)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="answer as JSON")
    return parser


def _add_request(parser: argparse.ArgumentParser, *, several: bool) -> None:
    many: dict[str, Any] = {"nargs": "+"} if several else {}
    parser.add_argument("--policy", nargs="+", default=[], metavar="FILE", help="identity policies")
    parser.add_argument("--action", required=True, **many)
    parser.add_argument("--resource", default=["*"] if several else "*", **many)
    parser.add_argument("--boundary", metavar="FILE")
    parser.add_argument("--session", nargs="+", metavar="FILE")
    parser.add_argument("--resource-policy", metavar="FILE")
    parser.add_argument(
        "--scp", nargs="+", default=[], metavar="FILE", help="one file a level, the root's first"
    )
    parser.add_argument("--caller", default=f"arn:aws:iam::{ACCOUNT}:user/someone", metavar="ARN")
    parser.add_argument("--owner", metavar="ACCOUNT", help="account of resources whose ARN names none")
    parser.add_argument(
        "--context", nargs="+", action="extend", default=[], metavar="KEY=VALUE",
        help="repeat a key for several values; write KEY[]=VALUE for a list of one",
    )  # fmt: skip


def _validate(asked: argparse.Namespace) -> Answer:
    kind: PolicyType = "RESOURCE_POLICY" if asked.trust or asked.resource_type else asked.type
    catalogue = None if asked.no_catalogue else _catalogue()
    found = {
        name: validate(
            _read(name),
            kind,
            resource_type=TRUST if asked.trust else asked.resource_type,
            catalogue=catalogue,
        )
        for name in asked.files
    }
    wrong = any(finding.type == "ERROR" for findings in found.values() for finding in findings)
    data = {name: [finding.as_dict() for finding in findings] for name, findings in found.items()}
    lines = [line for name, findings in found.items() for line in _finding_lines(name, findings)]
    return NOT_WELL if wrong else WELL, data, lines


def _catalogue() -> Any:
    """Return the catalogue where the package stands beside its product, else None: names are then judged by form."""
    try:
        from importlib import import_module

        return import_module("iam.service_catalogue").catalogue()
    except ImportError:
        return None


def _finding_lines(name: str, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield f"{name}: nothing to say"
    for finding in findings:
        start = finding.locations[0]["span"]["start"]
        place = f"{name}:{start['line']}:{start['column'] + 1}"
        yield f"{place}: {finding.type.lower().replace('_', ' ')}: {finding.text} [{finding.code}]"


def _explain(asked: argparse.Namespace) -> Answer:
    caller, plan = _caller(asked.caller), _plan(asked)
    owner = _owner(asked.resource, asked.owner or caller.account)
    request = Request(caller, asked.action, asked.resource, owner, _context(asked.context))
    sides: dict[str, Any] = {"resource_policy": _resource_policy(asked), "scps": _levels(asked)}
    decision = decide(request, plan, **sides)
    explanation = explain(decision, request, plan, **sides)
    return WELL if decision.allowed else NOT_WELL, explanation, [explanation_text(explanation)]


def _simulate(asked: argparse.Namespace) -> Answer:
    caller = _caller(asked.caller)
    scene = Scene(
        caller,
        _plan(asked),
        _context(asked.context),
        asked.owner or caller.account,
        _resource_policy(asked),
        _levels(asked),
    )
    found = [simulate(scene, action, resource) for action in asked.action for resource in asked.resource]
    lines = []
    for one in found:
        missing = f" (without {', '.join(one.missing)})" if one.missing else ""
        lines.append(f"{one.outcome:<13} {one.action} on {one.resource}{missing}")
        for matched in one.matched:
            name = matched.sid or f"statement {matched.index + 1}"
            lines.append(f"              by {name} of {matched.source.name}, line {matched.start[0]}")
    code = WELL if all(one.outcome == "allowed" for one in found) else NOT_WELL
    return code, {"EvaluationResults": [as_result(one) for one in found]}, lines


def _read(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")


def _policy(name: str, kind: SourceKind) -> AttachedPolicy:
    try:
        return AttachedPolicy(PolicySource(name, kind, name), compile_document(_read(name)))
    except PolicyError as fault:
        raise WrongQuestion(f"{name}: {fault}") from None


def _plan(asked: argparse.Namespace) -> Plan:
    return Plan(
        [_policy(name, "managed") for name in asked.policy],
        _policy(asked.boundary, "boundary") if asked.boundary else None,
        None if asked.session is None else [_policy(name, "session") for name in asked.session],
    )


def _resource_policy(asked: argparse.Namespace) -> AttachedPolicy | None:
    return _policy(asked.resource_policy, "resource") if asked.resource_policy else None


def _levels(asked: argparse.Namespace) -> list[list[AttachedPolicy]]:
    return [[_policy(name, "scp")] for name in asked.scp]


def _caller(arn: str) -> Caller:
    parts = fields(arn)
    kind, _, name = parts[-1].partition("/")
    if len(parts) < FIELDS or kind not in _KINDS:
        raise WrongQuestion(f"{arn} is no ARN of a user, root or session.")
    partition, account = parts[1], parts[4]
    behind = ""
    if kind == "assumed-role":
        behind = f"arn:{partition}:iam::{account}:role/{name.partition('/')[0]}"
    elif kind == "federated-user":
        behind = f"arn:{partition}:iam::{account}:user/{name}"
    return Caller(arn, account, _KINDS[kind], principal_arn=behind)


def _owner(resource: str, otherwise: str) -> str:
    parts = fields(resource)
    return parts[4] if len(parts) == FIELDS and parts[4] else otherwise


def _context(entries: Sequence[str]) -> Context:
    found: dict[str, str | tuple[str, ...]] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        name = key.removesuffix("[]").lower()
        if not equals or not name:
            raise WrongQuestion(f"{entry} is no KEY=VALUE.")
        known = found.get(name)
        if known is None:
            found[name] = (value,) if key.endswith("[]") else value
        else:
            found[name] = (*((known,) if isinstance(known, str) else known), value)
    return found


if __name__ == "__main__":  # pragma: no cover  # runs in a process of its own only; tests call main
    sys.exit(main())
