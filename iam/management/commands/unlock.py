"""`manage.py unlock`: the operator's end to a lock-out, of a root user or a user."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import names
from iam.errors import NoSuchEntity
from iam.system import SYSTEM, run_system

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Forget the failed sign-ins of one identity."""

    help = (
        "Ends a lock-out: forgets wrong passwords and wrong codes, so that the right ones are taken again at once. "
        "Passwords and devices stay as they are. It is in the account's trail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare who is locked out."""
        parser.add_argument("--account", required=True, help="the account's number or alias")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--root", action="store_true", help="the root user")
        who.add_argument("--user", help="the name of a user")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Unlock, and say what was done.

        Errors: CommandError for an account or user that is not there.
        """
        account = names.find_account(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']}.")
        name = options["user"]
        operation = "tenant.UnlockRoot" if options["root"] else "tenant.UnlockUser"
        given = {} if options["root"] else {"UserName": name}
        try:
            done = run_system(SYSTEM.operator, operation, account, now=timezone.now(), **given) or {}
        except NoSuchEntity:
            raise CommandError(f"There is no user {name} in account {account.number}.") from None
        whom = "The root user" if options["root"] else f"User {name}"
        if done["WasCounting"]:
            log.warning("%s of account %s was unlocked by the operator", whom, account.number)
            self.stdout.write(
                f"{whom} of account {account.number} can try to sign in again: failures are forgotten."
            )
        else:
            self.stdout.write(f"{whom} of account {account.number} was not locked: nothing had failed.")
