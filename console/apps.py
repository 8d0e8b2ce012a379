"""Django's registration of console: the project's own pages and commands."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The web console, and the commands that serve it."""

    name = "console"
