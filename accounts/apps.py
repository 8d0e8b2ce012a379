"""Registers the accounts app and hands it what it needs of the settings: the key ring, the public address, mail."""

from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    """Tenants, sign-in and the audit trail."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the vault its key-encryption keys, security keys the address they are bound to, mail that of its links."""
        from accounts import hashers, mail, site, vault  # models are not loaded while this module is imported

        hashers.use(settings.DATA_DIR)
        vault.use_key_ring(settings.WARDSTEAD_KEYRING)
        site.use(settings.PUBLIC_URL)
        mail.use(settings.PUBLIC_URL, on=settings.MAIL_ON, delivers=settings.MAIL_DELIVERS)
