"""`manage.py recover_root`: the operator's leave for a root user to begin anew.  It prints a code, once."""

import logging
from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import mail, names
from iam.system import SYSTEM, run_system

PAGE: Final = "/signin/recover-root"

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Make a code for the root user of one account."""

    help = (
        "Makes a code, good for half an hour and one use, with which whoever knows the root user's e-mail address sets a "
        "new password. The root user's MFA devices, recovery codes and sessions go when it is used; until then nothing "
        "changes. Be sure whom you hand it to: it is in the account's trail, and the root user is told."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose root it is."""
        parser.add_argument("--account", required=True, help="the account's number or alias")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the code and what to do with it.

        Errors: CommandError for an account that is not there.
        """
        account = names.find_account(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']}.")
        now = timezone.now()
        made = run_system(SYSTEM.operator, "tenant.StartRootRecovery", account, now=now) or {}
        log.warning("recovery of the root user of account %s has begun", account.number)
        devices = sorted(account.root.mfa_devices.values_list("name", flat=True))
        told = "has been told by mail" if mail.is_on() else "is told in the console; no mail is sent"
        self.stdout.write(
            f"Recovery of the root user of account {account.number} ({account.name})\n\n"
            f"  page   {settings.PUBLIC_URL}{PAGE}\n"
            f"  e-mail {made['Email']}\n"
            f"  code   {made['RecoveryCode']}\n\n"
            f"Valid until {made['ExpireDate']:%H:%M} UTC, once. Hand the code to the holder of that address and to nobody "
            "else.\n"
            f"Used, it sets a new password and removes MFA devices ({', '.join(devices) or 'none'}), recovery codes,\n"
            f"sessions and a lock-out. Access keys stay. It is in the trail, and the root user {told}."
        )
