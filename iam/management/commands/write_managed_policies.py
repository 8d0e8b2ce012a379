"""Write the managed policies that are made from the service catalogue, for a new catalogue to be taken over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iam.management import service_policies


class Command(BaseCommand):
    """Write the data files, or with --check say whether they are current."""

    help = "Write iam/data/managed_policies/{services,overviews}.json from the service catalogue."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --check."""
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where a file is not current"
        )

    def handle(self, *, check: bool, **options: Any) -> None:  # noqa: ARG002  # Django's signature
        """Write what differs."""
        for path, content in service_policies.files().items():
            if path.exists() and path.read_text(encoding="utf-8") == content:
                continue
            if check:
                raise CommandError(f"{path.name} is not current: run manage.py write_managed_policies")
            path.write_text(content, encoding="utf-8")
            self.stdout.write(f"wrote {path.name}")
