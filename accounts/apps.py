"""Registers the accounts app and hands the key ring of the settings to the vault."""

from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    """Tenants, sign-in and the audit trail."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the vault its key-encryption keys."""
        from accounts import vault  # models are not loaded while this module is imported

        vault.use_key_ring(settings.WARDSTEAD_KEYRING)
