"""Settings, all from the environment.

HOUSHAYU_MODE says what this process is:

production     outside servers and every secret must be named, or it does not start;
demonstration  the embedded servers under var/, generated secrets, a shifted clock, nothing sent;
test           as demonstration, with a real clock; set by the test suite.

Without it the mode is production where DATABASE_URL is set, and demonstration elsewhere.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from houshayu.embedded import addresses
from houshayu.embedded import secrets as embedded_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("HOUSHAYU_MODE", "production" if env.str("DATABASE_URL", "") else "demonstration")
if MODE not in {"production", "demonstration", "test"}:
    raise ImproperlyConfigured(f"HOUSHAYU_MODE is {MODE!r}: use production or demonstration.")
PRODUCTION = MODE == "production"
DEMONSTRATION = MODE == "demonstration"
VAR_DIR = env.path("HOUSHAYU_VAR", default=str(BASE_DIR / "var"))
VAR_DIR = Path(str(VAR_DIR))

if PRODUCTION:
    required = [
        "SECRET_KEY",
        "FIELD_KEYS",
        "BLIND_INDEX_KEY",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "REDIS_URL",
        "SITE_URL",
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
    ]
    if missing := [name for name in required if not env.str(name, "")]:
        raise ImproperlyConfigured(
            f"Set {', '.join(missing)} in the environment: production does not start without. "
            "docs/deploy.md says how to make each."
        )
    secrets = {name: env.str(name) for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")}
else:
    secrets = embedded_secrets.load_or_create(VAR_DIR)

# --- Security -------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = secrets["SECRET_KEY"]
FIELD_KEYS = secrets["FIELD_KEYS"].split(",")
BLIND_INDEX_KEY = secrets["BLIND_INDEX_KEY"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_FAILURE_VIEW = "houshayu.interrupted.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
# The balancer ends TLS and sets this header itself; /healthz is asked from inside, without TLS.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if PRODUCTION else 0
# What other hosts of the domain do is for its owner to decide; all else of check --deploy holds.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_AGE = 60 * 60 * 12  # one duty shift
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Application ----------------------------------------------------------------------------

# Ours, from the kernel up. The addresses and API of each are found by its urls and api_urls;
# coordination, which knows them all, is the roof over them.
APPS_BELOW_THE_ROOF = ["houshayu", "policy", "returnees", "transfers"]
INSTALLED_APPS = [
    "modeltranslation",
    *APPS_BELOW_THE_ROOF,
    "coordination",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "knox",
    "pgtrigger",
    "pghistory",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Pages of many rows are mostly repetition; Django masks its tokens and pads the length.
    "django.middleware.gzip.GZipMiddleware",
    "houshayu.refusals.NulMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "houshayu.middleware.PrivateMiddleware",
    "houshayu.middleware.LanguageMiddleware",
    "houshayu.refusals.NotAllowedMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "houshayu.interrupted.LoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "houshayu.first_steps.GivenPasswordMiddleware",
    "houshayu.first_steps.SecondStepMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "houshayu.middleware.HistoryMiddleware",
    "houshayu.refusals.ConflictMiddleware",
]
ROOT_URLCONF = "coordination.urls"
# What is removed by a correction stays in the history too.
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)
WSGI_APPLICATION = "houshayu.wsgi.application"
FORM_RENDERER = "houshayu.rendering.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "houshayu.context_processors.frame",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", str(VAR_DIR / "media"))
# Attachments and the files of jobs, encrypted; in a folder or a bucket: docs/deploy.md.
FILES = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
ATTACHMENTS_BUCKET = env.str("ATTACHMENTS_BUCKET", "")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": FILES,
    },
    "attachments": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ATTACHMENTS_BUCKET,
            "endpoint_url": env.str("ATTACHMENTS_ENDPOINT", "") or None,
            "region_name": env.str("ATTACHMENTS_REGION", "") or None,
            "access_key": env.str("ATTACHMENTS_ACCESS_KEY", "") or None,
            "secret_key": env.str("ATTACHMENTS_SECRET_KEY", "") or None,
            # Names are random: none is ever there already.
            "file_overwrite": True,
        },
    }
    if ATTACHMENTS_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": FILES,
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if MODE != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Who logs in ----------------------------------------------------------------------------

AUTH_USER_MODEL = "houshayu.User"
AUTHENTICATION_BACKENDS = [
    "houshayu.access.MembershipBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "houshayu.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# Five wrong passwords close an account for a quarter of an hour. A whole office shares one
# address at the change of shift, so the limits per address are wide.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/15m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 1 if PRODUCTION else 0)
# Coordinators and administrators log in with a one-time code as well.
HOUSHAYU_REQUIRE_TOTP = env.bool("HOUSHAYU_REQUIRE_TOTP", PRODUCTION)
MFA_ADAPTER = "houshayu.accounts.MFAAdapter"
MFA_FORMS = {
    "authenticate": "houshayu.one_time_codes.CodeForm",
    "reauthenticate": "houshayu.one_time_codes.CodeAgainForm",
    "activate_totp": "houshayu.one_time_codes.FirstCodeForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "后沙峪 Houshayu"
MFA_TOTP_TOLERANCE = 1

# --- Data -----------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db() if env.str("DATABASE_URL", "") else addresses.database(VAR_DIR)
}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
REDIS_URL = env.str("REDIS_URL", "") or addresses.redis_url(VAR_DIR)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

# --- Languages and time ---------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
# The ten languages of the documents; the interface itself is in the first two.
LANGUAGES = [
    ("zh-hans", "简体中文"),
    ("en", "English"),
    ("zh-hant", "繁體中文"),
    ("ko", "한국어"),
    ("ja", "日本語"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ru", "Русский"),
    ("ar", "العربية"),
]
INTERFACE_LANGUAGES = ("zh-hans", "en")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["houshayu.formats"]
MODELTRANSLATION_LANGUAGES = ("zh-hans", "en")
MODELTRANSLATION_DEFAULT_LANGUAGE = "zh-hans"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("zh-hans", "en")
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Later and again ------------------------------------------------------------------------

# Celery wants its own spelling of a Redis address on a Unix socket.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "plan-and-send-reminders": {"task": "houshayu.tasks.remind", "schedule": 60.0},
    "send-mail": {"task": "houshayu.tasks.send_mail", "schedule": 60.0},
    "revive-jobs": {"task": "houshayu.tasks.revive_jobs", "schedule": 60.0},
    "forget-job-files": {"task": "houshayu.tasks.forget_job_files", "schedule": 3600.0},
    "forget-old-drafts": {
        "task": "returnees.tasks.forget_old_drafts",
        "schedule": crontab(hour="3", minute="10"),
    },
    "forget-orphans": {
        "task": "houshayu.tasks.forget_orphans",
        "schedule": crontab(hour="3", minute="30"),
    },
    "forget-old-sessions": {
        "task": "houshayu.tasks.forget_old_sessions",
        "schedule": crontab(hour="3", minute="20"),
    },
}

# --- Mail -----------------------------------------------------------------------------------

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "duty@houshayu.example")
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")

# --- API ------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["houshayu.api_parsing.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "houshayu.api_schema.Schema",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "DEFAULT_THROTTLE_RATES": {"login": "10/min"},
    "EXCEPTION_HANDLER": "houshayu.api.exception_handler",
}
REST_KNOX = {"TOKEN_TTL": timedelta(hours=12), "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Houshayu",
    "DESCRIPTION": _("People, cases, handoffs and check-ins, under the same rules as the pages."),
    "VERSION": "1",
    # In 3.0 a nested thing can't be said to be null.
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "LanguageEnum": "django.conf.settings.LANGUAGES",
        "OutcomeEnum": "returnees.models.CaseOutcome",
        "TestResultEnum": "returnees.models.TestResult",
        "TemperatureMethodEnum": "returnees.models.TemperatureMethod",
    },
}

# --- Logs: ids, never names -----------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "houshayu.logs.WithoutRows",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
