"""The portal's settings, from the environment. The README's table explains every variable.

There are two modes. *Local*, the default, answers this machine only and makes up its own secret key. *Production*
begins when ALLOWED_HOSTS is set or DEBUG is switched off in so many words, and refuses to start half configured.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from migrator import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")  # database, uploads and cache, unless these are elsewhere
# The API's page takes its templates and scripts from here, not from a CDN. As an installed app ninja would be imported
# by every command, and pydantic with it.
NINJA = env.package("ninja")

# --- Mode -----------------------------------------------------------------------------------------------------
DEBUG = env.switch("DEBUG", default=False)
PRODUCTION = not DEBUG and bool(env.text("DEBUG") or env.text("ALLOWED_HOSTS"))
if PRODUCTION:
    env.required("ALLOWED_HOSTS", "name the hosts that the portal answers to, such as portal.example.com")
    env.required("SECRET_KEY", "a server needs a long random secret of its own, the same on all its machines")
SECRET_KEY = env.text("SECRET_KEY") or env.kept_secret(VAR_DIR / "secret_key", 50)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))

# --- Applications ---------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "migrator",
    "profiling",
    "mapping",
    "exporting",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "django_q",
    "csp",
]
MIDDLEWARE = [
    "migrator.middleware.health_check.HealthMiddleware",  # first: whoever probes knows neither our host name nor https
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "migrator.middleware.sign_in.SignInMiddleware",
    "migrator.middleware.nul_characters.PlainTextMiddleware",
    "migrator.middleware.reader_locale.LocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "migrator.urls"
WSGI_APPLICATION = "migrator.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", NINJA / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
try:
    DATABASES: dict[str, Any] = {"default": dict(dj_database_url.parse(DATABASE_URL))}
except (ValueError, KeyError) as problem:
    raise ImproperlyConfigured(
        "DATABASE_URL must look like postgres://user:password@host:5432/name or sqlite:////path/to/file."
    ) from problem
ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,  # seconds that a writer waits for another
        "transaction_mode": "IMMEDIATE",  # a transaction that turns to writing half-way cannot wait, only fail
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and background work --------------------------------------------------------------------------------
# Web and worker are processes of their own: what they share must not live in one process's memory.
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
    if ON_SQLITE
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}
}
WORKERS = env.number("WORKERS", 1 if ON_SQLITE else 2)
JOB_SECONDS = env.number("JOB_SECONDS", 3600, least=60)
Q_CLUSTER: dict[str, Any] = {
    "name": "data-migrator",
    "workers": WORKERS,
    "timeout": JOB_SECONDS,
    # The clock starts when a task is taken into memory, not when it starts: far above the longest wait plus run.
    "retry": JOB_SECONDS * 10,
    "max_attempts": 1,
    "ack_failures": True,
    "queue_limit": 1,
    "bulk": 1,
    "recycle": 20,  # a worker hands its memory back now and then
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 200,
    "label": "Background work",
} | ({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"})

# --- Files ----------------------------------------------------------------------------------------------------
# Uploads and bundles have no address: views hand them out to those who may see them.
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static", NINJA / "static"]
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": env.text("FILE_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.mapping("FILE_STORAGE_OPTIONS"),
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without collectstatic, and with changes shown at once, where people try it out and build it.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o640
SAMPLES_DIR = BASE_DIR / "tests" / "samples"  # the sample data that empty pages offer
# Mapping and cleaning forms send a handful of fields for every column of a sheet.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# More than the form takes (profiling.forms.MOST_FILES), so that it can say so; each large file is an open file.
DATA_UPLOAD_MAX_NUMBER_FILES = 900

# What a file may be before it is refused; the names are those of engine.readers.Limits.
READING_LIMITS = {
    "file_bytes": env.number("MAX_FILE_BYTES", 512 * 2**20),
    "rows": env.number("MAX_ROWS", 2_000_000),
    "columns": env.number("MAX_COLUMNS", 2_000),
    "cells": env.number("MAX_CELLS", 100_000_000),
    "sheets": env.number("MAX_SHEETS", 250),
    "unpacked_bytes": env.number("MAX_UNPACKED_BYTES", 2 * 2**30),
    "ratio": env.number("MAX_UNPACK_RATIO", 200),
}

# --- How long a page may take ----------------------------------------------------------------------------------
API_WAIT_SECONDS = env.number("API_WAIT_SECONDS", 20, least=0)  # then an export answers 202 and a status address
CHECK_AT_ONCE_ROWS = env.number("CHECK_AT_ONCE_ROWS", 20_000, least=0)  # larger datasets are checked by a job

# --- People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "migrator.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Language and time ----------------------------------------------------------------------------------------
# The words are English for everybody; dates and numbers follow the reader (middleware.reader_locale), times his zone.
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# --- Security -------------------------------------------------------------------------------------------------
# HTTPS=0 is for a private network without TLS; everywhere else a proxy ends TLS before us and says so.
HTTPS = PRODUCTION and env.switch("HTTPS", default=True)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 30 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Entering a domain in the browsers' own lists is for the owner of the domain to decide.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True  # htmx takes the token from the page
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Log: plain lines on stderr -------------------------------------------------------------------------------
LOG_LEVEL = env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handlers would mail the admins and, under DEBUG, say everything twice.
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}
