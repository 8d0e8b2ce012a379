"""Django's settings: one file, every variable read through console.env.

Development is what `make run` starts: keys are generated, cookies travel over http on this machine.  Production
refuses to start without its own keys, with DEBUG, or on an address that is not https.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from console.env import (
    MIN_SECRET_KEY,
    EnvError,
    Environment,
    kept_secret,
    new_keyring,
    new_secret_key,
    parse_email,
    parse_keyring,
    parse_sender,
)
from console.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

ENVIRONMENT = env.choice("WARDSTEAD_ENV", ("development", "production"), default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", default=False)
DATA_DIR = Path(env.text("WARDSTEAD_DATA_DIR", str(BASE_DIR / "var"))).resolve()

BIND = env.text("BIND", "127.0.0.1")
PORT = env.integer("PORT", 8000, least=1, most=65535)
WORKERS = env.integer("WORKERS", 2, least=1, most=256)

# ------------------------------------------------------------------------------------------- secrets
SECRET_KEY = env.text("SECRET_KEY")
WARDSTEAD_KEYRING = env.keyring("WARDSTEAD_KEYRING")
if PRODUCTION:
    if DEBUG:
        raise EnvError("DEBUG shows secrets in error pages: it cannot be on in production")
    if not WARDSTEAD_KEYRING:
        raise EnvError("WARDSTEAD_KEYRING is missing: make one with `python manage.py make_secrets`")
    if len(SECRET_KEY) < MIN_SECRET_KEY:
        raise EnvError(f"SECRET_KEY is missing or shorter than {MIN_SECRET_KEY} characters")
else:
    SECRET_KEY = SECRET_KEY or kept_secret(DATA_DIR, "secret_key", new_secret_key())
    WARDSTEAD_KEYRING = WARDSTEAD_KEYRING or parse_keyring(kept_secret(DATA_DIR, "keyring", new_keyring()))

# ----------------------------------------------------------------------------------------- addresses
PUBLIC_URL = env.address("PUBLIC_URL", "" if PRODUCTION else f"http://127.0.0.1:{PORT}")
HTTPS = PUBLIC_URL.startswith("https://")
if PRODUCTION and not HTTPS:
    raise EnvError(f"PUBLIC_URL must be an https address in production, not {PUBLIC_URL!r}")
_public_host = urlsplit(PUBLIC_URL).hostname or ""
# Inside a container health checks ask for 127.0.0.1; development answers to this machine's own names.
ALLOWED_HOSTS = [_public_host, *env.words("ALLOWED_HOSTS"), "127.0.0.1", "localhost", "[::1]"]
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
OPEN_SIGNUP = env.flag("OPEN_SIGNUP", default=False)

# --------------------------------------------------------------------------------------- application
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
AUTH_USER_MODEL = "accounts.Identity"
AUTHENTICATION_BACKENDS: list[str] = []  # signing in is accounts.signin, not django.contrib.auth
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "accounts",
    "iam",
    "console",
    "django_htmx",
    "template_partials",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "console.middleware.identified",
    "console.metrics.counted",
    "console.proxies.behind_proxies",
    "django.middleware.security.SecurityMiddleware",
    "iam.wire.view.before_pages",  # the Query API; what follows is for people with browsers
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "console.browser_sessions.BrowserSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "console.known_browser.remembered",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.middleware.Faces",
    "console.step_up.Proofs",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "console.templatetags.console",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
            ],
        },
    }
]

# The Query API takes bodies of 1 MiB and 2,000 parameters; one more of each lets it answer in AWS's words.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024 + 1
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2001
APPEND_SLASH = True

# ------------------------------------------------------------------------------------------- storage
# Writers queue up for SQLite's lock instead of failing: docs/adr/0007.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
# Values travel apart from the statement.  What every request asks is prepared by accounts.postgres, not by the driver: it
# would drop its own statements, and all others with them, at each rollback.
POSTGRES_ENGINE = "accounts.postgres"
POSTGRES_OPTIONS: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": None}
# Each serving thread keeps a connection of its own, four a process: opening one, or asking a pool, costs as much as a
# statement does.  On SQLite, opening the file costs more than a whole call.
CONNECTION_SECONDS = 600


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return database | {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None}
    if database["ENGINE"] == "django.db.backends.postgresql":
        options = {**POSTGRES_OPTIONS, **database.get("OPTIONS", {})}
        return database | {"ENGINE": POSTGRES_ENGINE, "OPTIONS": options, "CONN_MAX_AGE": CONNECTION_SECONDS}
    raise EnvError("DATABASE_URL must begin with postgres:// or sqlite:///")


try:
    DATABASES = {
        "default": _database(env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'wardstead.sqlite3'}"))
    }
except dj_database_url.UnknownSchemeError as problem:
    raise EnvError("DATABASE_URL must begin with postgres:// or sqlite:///") from problem

REDIS_URL = env.text("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise EnvError("REDIS_URL must begin with redis://, rediss:// or unix://")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

# ----------------------------------------------------------------------------------- people and pages
# A browser keeps a __Host- cookie only when it came over https, for this host and no other.
_prefix = "__Host-" if HTTPS else ""
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_NAME = f"{_prefix}session"
BROWSER_COOKIE_NAME = f"{_prefix}browser"
MARK_COOKIE_NAME = f"{_prefix}mark"
ACCOUNT_COOKIE_NAME = f"{_prefix}account"
THEME_COOKIE_NAME = f"{_prefix}theme"
PASSKEY_COOKIE_NAME = f"{_prefix}passkey"
FLASH_COOKIE_NAME = f"{_prefix}flash"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
CSRF_FAILURE_VIEW = "console.refusals.csrf_failure"
MESSAGE_STORAGE = "console.flashes.Flashes"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
# Scripts and styles are files of ours.  The nonce enters the header only on a page that asks for it: the JSON editor.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
MESSAGE_TAGS = {20: "info", 25: "ok", 30: "attention", 40: "danger"}

PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
# In production collectstatic has hashed and compressed the files; in development they are served as they lie.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# ------------------------------------------------------------------------------ language, time, mail
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

_mail_url = env.text("EMAIL_URL", "off" if PRODUCTION else "console:")
_mail = parse_email(_mail_url)
_logged = _mail.backend.endswith("console.EmailBackend")
if PRODUCTION and _logged:
    raise EnvError("EMAIL_URL: console: writes links that let people in to the log; it is for development")
MAIL_ON = _mail.on
# Mail that is written to the log opens no account: sign-up then answers at once.
MAIL_DELIVERS = _mail.on and not _logged
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.tls, _mail.ssl
EMAIL_FILE_PATH = _mail.folder or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = parse_sender(env.text("EMAIL_FROM", f"Wardstead <no-reply@{_public_host}>"))

# ---------------------------------------------------------------------------------------------- logs
LOG_LEVEL = env.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), default="info")
LOGGING_CONFIG = None
LOGGING = logging_config(LOG_LEVEL, as_json=PRODUCTION)
