"""Django's registration of iam: users, groups, roles, policies and the operations upon them."""

from django.apps import AppConfig


class IamConfig(AppConfig):
    """Identity and access management within one account."""

    name = "iam"
    default_auto_field = "django.db.models.BigAutoField"
