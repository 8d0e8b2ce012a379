"""Write docs/operations.md: every operation of the service models, whether it is offered, and what it asks for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iam import catalogue
from iam.management.permissions import OPERATOR_ALONE, Permission, permissions
from iam.operations.not_offered import NOT_OFFERED
from iam.shapes import spec

HEAD = """# Operations

Every operation of the IAM (2010-05-08) and STS (2011-06-15) service models and our own, made by `make docs` from the
catalogue. *Offered* operations are whole: each parameter, error, limit and paginator of the model. Others answer
`UnsupportedOperation` (400).

Every permission that stands in a row is asked for; those after "with" where the request has what they are about: tags, a role
to pass, a path to move to. Each is asked about the resource of its row, with the row's condition keys beside the keys of every
request (`aws:PrincipalArn`, `aws:SourceIp`, `aws:MultiFactorAuthPresent` and the like), as far as the request carries them.
`TAG` is any tag's key, `PATH+NAME` a path and a name.

"""
TITLES = {
    "iam": "IAM",
    "sts": "STS",
    "tenant": "Our own: the account and its workers",
    "console": "Our own: what the console's tables join",
}


class Command(BaseCommand):
    """Write the page, or with --check say whether it is current."""

    help = "Write docs/operations.md from the catalogue"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check and the path."""
        parser.add_argument("--check", action="store_true", help="fail if the page is not current")
        parser.add_argument("--path", default="docs/operations.md")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  # Django's signature
        """Errors: CommandError where --check finds an old page."""
        path, text = Path(options["path"]), HEAD + "\n".join(lines())
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{path} is not current: run make docs")


def lines() -> Iterator[str]:
    """The page's lines behind its head."""
    offered = catalogue.offered()
    for service, title in TITLES.items():
        names = spec.operations(service)  # type: ignore[arg-type]  # the four services, by construction
        count = sum(name in offered for name in names)
        yield f"## {title}: {count} of {len(names)}\n"
        yield "| operation | status | permission | resource | condition keys | changes |"
        yield "|---|---|---|---|---|---|"
        for name in names:
            yield _row(name, offered.get(name))
        yield ""


def _row(name: str, op: "catalogue.Operation | None") -> str:
    action = name.partition(".")[2]
    if op is None:
        return f"| {action} | {NOT_OFFERED.get(name, 'not built yet')} | | | | |"
    asked = permissions(op)
    cells = (_names(op, asked), _listed(asked, "resources"), _listed(asked, "keys"))
    return f"| {action} | offered | {' | '.join(cells)} | {'nothing' if op.reads else 'yes'} |"


def _names(op: "catalogue.Operation", asked: Sequence[Permission]) -> str:
    if not asked:
        return "the operator alone" if op.name in OPERATOR_ALONE else "none: whoever calls may"
    always, besides = (
        [f"`{one.action}`" for one in asked if one.always is wanted] for wanted in (True, False)
    )
    return ", ".join(always) + (f" with {', '.join(besides)}" if besides else "")


def _listed(asked: Sequence[Permission], member: str) -> str:
    found = dict.fromkeys(value for one in asked for value in getattr(one, member))
    return ", ".join(f"`{value}`" for value in found)
