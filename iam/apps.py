"""Django's registration of iam: users, groups, roles, policies and the operations upon them."""

from django.apps import AppConfig


class IamConfig(AppConfig):
    """Identity and access management within one account."""

    name = "iam"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the accounts app how events of sign-in name an identity, and the issuers of tokens their address."""
        from django.conf import settings

        from accounts import actors, mfa_requirement
        from iam import administrators, principals  # models are not loaded while this module is imported
        from iam.federation import outbound

        actors.use(principals.actor_of)
        mfa_requirement.use(administrators.is_administrator)
        outbound.use(settings.PUBLIC_URL)
