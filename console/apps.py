"""Django's registration of console: the project's own pages and commands."""

from importlib import import_module

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The web console, and the commands that serve it."""

    name = "console"

    def ready(self) -> None:
        """Let tasks sent by name find their broker, also from a command: an account's maker is told of its key by mail."""
        import_module("console.celery")
