"""Logs: one line an event on standard error, JSON in production, plain in development; never a secret."""

import logging.config
import re
from typing import Any, Final

import structlog
from structlog.typing import EventDict, WrappedLogger

# Names whose values are not for logs, wherever a caller put them.
_SECRET_PARTS = ("password", "secret", "token", "authorization", "cookie", "seed", "private_key", "signature")
# What stands in the address of a page that a mailed link opens (console.urls): whoever has it can act on it.
_IN_ADDRESSES: Final = re.compile(r"/(link|confirm)/[^/?\s]{16,}")
# Variables of the frames would be logged with the rest: passwords as they were typed, keys, seeds.
_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of fields that carry secrets by their name, and the tokens of mailed links in addresses."""
    for name, value in event.items():
        if any(part in name.lower() for part in _SECRET_PARTS):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _IN_ADDRESSES.sub(r"/\1/***", value)
    return event


def brief(record: logging.LogRecord) -> bool:
    """Leave the traceback out of what is the sender's doing, such as a form of too many fields."""
    if record.name.startswith("django.security"):
        record.exc_info = None
    return True


def logging_config(level: str, *, as_json: bool) -> dict[str, Any]:
    """Configure structlog and the standard library to write alike, and return what was configured."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    ending: list[structlog.typing.Processor] = (
        [_TRACEBACKS, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
            }
        },
        "filters": {"brief": {"()": lambda: brief}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # Refused host names and malformed requests are the sender's doing: one line, no traceback.
            "django.security": {"level": "ERROR"},
            "django.request": {"level": "ERROR"},
            "_granian": {"level": "WARNING"},
            # It tells, at the lowest level, of everything a page was made of.
            "django.template": {"level": "INFO"},
        },
    }
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return config
