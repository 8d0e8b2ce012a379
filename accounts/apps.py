"""Django's registration of accounts: who exists and how they sign in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, identities, sessions and the event trail."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
