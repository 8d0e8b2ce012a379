"""`manage.py rewrap_keys`: after a new key was put first on the key ring, makes the older ones unneeded."""

from django.core.management.base import BaseCommand

from accounts import vault
from accounts.models import Account


class Command(BaseCommand):
    """Wraps every account's data key with the newest key; can be stopped and run again at any time."""

    help = "Wrap all data keys with the newest key of WARDSTEAD_KEYRING, so that older keys can be retired."

    def handle(self, *_args: object, **_options: object) -> None:
        """Go through all accounts and say how many were changed."""
        rewrapped = sum(vault.rewrap(account) for account in Account.objects.order_by("pk").iterator(200))
        self.stdout.write(f"{rewrapped} data keys wrapped anew, {Account.objects.count()} accounts in all")
