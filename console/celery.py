"""The Celery application and its static schedule.

No broker here is a store of record: a task carries ids only, may run twice or late, and what must happen stands in a
database row that a scheduled sweep finds.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab

from console import file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

SCHEDULE: dict[str, dict[str, Any]] = {
    "expire-sessions": {"task": "iam.tasks.expire_sessions", "schedule": 60.0},
    "rotate-access-keys": {"task": "iam.tasks.rotate_access_keys", "schedule": 300.0},
    "rotate-token-keys": {"task": "iam.tasks.rotate_token_keys", "schedule": crontab(minute="7")},
    "tidy-console-sessions": {"task": "accounts.tasks.tidy_console_sessions", "schedule": 300.0},
    "seal-events": {"task": "accounts.tasks.seal_events", "schedule": 30.0},
    "sweep-jobs": {"task": "iam.tasks.sweep_jobs", "schedule": 30.0},
    "sweep-mail": {"task": "accounts.tasks.sweep_mail", "schedule": 30.0},
    "sweep-password-resets": {"task": "accounts.tasks.sweep_password_resets", "schedule": 60.0},
    "sweep-sign-ups": {"task": "accounts.tasks.sweep_sign_ups", "schedule": 60.0},
    "tidy-notices": {"task": "accounts.tasks.tidy_notices", "schedule": crontab(minute="37")},
    "drop-old-jobs": {"task": "iam.tasks.drop_old_jobs", "schedule": crontab(minute="47")},
    "drop-old-decisions": {"task": "iam.tasks.drop_old_decisions", "schedule": crontab(minute="17")},
}


def _file_broker(data_dir: Path) -> dict[str, Any]:
    """The broker of a single machine: messages are files in private folders (console/file_broker.py)."""
    root = data_dir / "broker"
    file_broker.prepare(root)
    return {
        "broker_transport": "console.file_broker:Transport",
        "broker_url": "files://localhost",
        "broker_transport_options": {"folder": str(root), "polling_interval": 0.2},
        "worker_enable_remote_control": False,  # it would need messages to all workers
    }


def _configuration() -> dict[str, Any]:
    from django.conf import settings

    broker: dict[str, Any] = (
        {
            "broker_url": settings.REDIS_URL,
            # Whoever sends a task waits no longer than this for a broker that is down: the sweeps find what must happen.
            "broker_transport_options": {"visibility_timeout": 600, "max_retries": 1, "interval_start": 0},
        }
        if settings.REDIS_URL
        else _file_broker(settings.DATA_DIR)
    )
    return broker | {
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_soft_time_limit": 50,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "broker_connection_retry_on_startup": True,
        "enable_utc": True,
        "timezone": "UTC",
        "beat_schedule": SCHEDULE,
        "beat_schedule_filename": str(settings.DATA_DIR / "beat"),
    }


app = Celery("wardstead")
app.config_from_object(_configuration())
app.autodiscover_tasks(["accounts", "iam"])
