"""One settings file, driven by the environment. Every variable is listed in `.env.example`.

A secret may be given as `NAME` or, from a file, as `NAME_FILE`.
"""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab

from traceapp.environment import Env, secret

django_stubs_ext.monkeypatch()  # so that `forms.ModelForm[Product]` can be said outside type checking, too

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
SECRET_KEY = secret(env, "SECRET_KEY", DATA_DIR, "secret-key")
KEYSTORE_KEY = secret(env, "KEYSTORE_KEY", DATA_DIR, "keystore-key")  # encrypts the organisations' signing keys at rest
_DEMO_URL = DATA_DIR / "public-url"  # where this folder's demo was last served
_URL = _DEMO_URL.read_text().strip() if _DEMO_URL.is_file() else "http://127.0.0.1:8000"
PUBLIC_URL = env.str("PUBLIC_URL", _URL).rstrip("/")  # what QR codes lead to
HTTPS = PUBLIC_URL.startswith("https://")
_ours = {"127.0.0.1", "localhost", "[::1]", urlsplit(PUBLIC_URL).hostname or "localhost"}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted(_ours))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL] if HTTPS else [])
BEHIND_PROXY = int(env.bool("BEHIND_PROXY", False))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "django_celery_beat",
    "simple_history",
    "traceapp.web",
    "traceapp.accounts",
    "traceapp.masterdata",
    "traceapp.ledger",
    "traceapp.intents",
    "traceapp.capture",
    "traceapp.sensors",
    "traceapp.query",
    "traceapp.coldchain",
    "forecasting",
    "forecasting.governance",
    "forecasting.dwell",
    "forecasting.hierarchy",
    "forecasting.inventory",
    "forecasting.promotions",
    "forecasting.scoring",
    "forecasting.snapshots",
    "traceapp.payments",
    "traceapp.provenance",
    "traceapp.proofs",
    "traceapp.console",
    "traceapp.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "traceapp.web.epcis_rest.middleware.EpcisHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "traceapp.web.middleware.MethodNotAllowedInWords",
    "traceapp.web.middleware.NoNullInAddress",
    "traceapp.provenance.root.ResolverRoot",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "traceapp.web.middleware.OutOfOrderInWords",
]

CSRF_FAILURE_VIEW = "traceapp.web.errors.csrf_failure"
ROOT_URLCONF = "traceapp.urls"
WSGI_APPLICATION = "traceapp.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "traceapp.web.context.site",
                "traceapp.accounts.context.viewer",
            ],
        },
    },
]

# --- databases -------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'traceapp.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE and FULL: several processes write, and what got a 2xx survives a kill and a power cut. 2 MB of pages for
    # each thread: more stays with it for good after one long read, and the system keeps the file at hand anyway.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-2000;",
    }
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)  # seconds; opening is a good part of a short answer
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the ledger ------------------------------------------------------------------------------------------------------
LEDGER = env.str("LEDGER", "embedded")
LEDGER_PATH = Path(env.str("LEDGER_PATH", str(DATA_DIR / "ledger.sqlite3")))
FABRIC_CONFIG = Path(env.str("FABRIC_CONFIG", str(DATA_DIR / "fabric" / "connection.json")))  # where LEDGER=fabric
LEDGER_CHANNEL = env.str("LEDGER_CHANNEL", "trace")
LEDGER_CHAINCODE = env.str("LEDGER_CHAINCODE", "traceability")
# Whose word makes deposits money; empty: nobody's. On Fabric each contract service is told by itself, too.
SETTLEMENT_MSP = env.str("SETTLEMENT_MSP", "TalbankMSP" if DEMO else "")
SETTLEMENT_IBAN = env.str("SETTLEMENT_IBAN", "")  # of its account from which payouts are made
SETTLEMENT_BIC = env.str("SETTLEMENT_BIC", "")
KEYSTORE_PATH = Path(env.str("KEYSTORE_PATH", str(DATA_DIR / "keys")))
TRUST_PATH = Path(env.str("TRUST_PATH", str(DATA_DIR / "trust.json")))  # pinned: what "verified" is checked against
COMPANY_PREFIXES_PATH = Path(env.str("COMPANY_PREFIXES_PATH", str(DATA_DIR / "company-prefixes.json")))
VERIFY_EVERY = env.float("VERIFY_EVERY", 60.0)  # seconds at least between two wishes to verify everything now
BATCH_SIZE = env.int("BATCH_SIZE", 1000)
BATCH_WAIT = env.float("BATCH_WAIT", 0.5)  # seconds a batch waits for company
ANCHOR_WITHIN = env.int("ANCHOR_WITHIN", 24 * 3600)  # seconds: what a receipt promises at the latest
CAPTURE_MAX_BYTES = env.int("CAPTURE_MAX_BYTES", 5 * 1024 * 1024)
CAPTURE_MAX_EVENTS = env.int("CAPTURE_MAX_EVENTS", 5000)
SENSORS_MAX_BYTES = env.int("SENSORS_MAX_BYTES", 11 * 1024 * 1024)  # of one upload of device messages
SENSORS_MAX_MESSAGES = env.int("SENSORS_MAX_MESSAGES", 2000)
MQTT_URL = env.str("MQTT_URL", "")  # the broker that devices publish to; empty: none
MQTT_CA = env.str("MQTT_CA", "")  # PEM file of whoever vouches for the broker's certificate; empty: the system's
# Hosts to which events may be sent though they are inside a network, and without TLS: a receiver beside us.
SUBSCRIPTIONS_PRIVATE_HOSTS = [name.lower() for name in env.list("SUBSCRIPTIONS_PRIVATE_HOSTS", default=[])]
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # above the capture limit, whose own answer is clearer

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # members are invited by their administrator; nobody signs up by themselves
ACCOUNT_ADAPTER = "traceapp.accounts.adapter.ClosedSignup"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = BEHIND_PROXY
MFA_ADAPTER = "traceapp.accounts.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "traceapp.accounts.authentication.BearerTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["traceapp.accounts.permissions.IsMember"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "traceapp.web.pagination.Pages",
    "PAGE_SIZE": 30,
    "EXCEPTION_HANDLER": "traceapp.web.problems.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["traceapp.web.throttles.Window"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("RATE_ANON", "600/min"),
        "user": env.str("RATE_USER", "12000/min"),
        "gateway": env.str("RATE_GATEWAY", "3000/min"),  # uploads of device messages by one address
        "device": env.str("RATE_DEVICE", "12000/min"),  # messages of one device's key
    },
    "NUM_PROXIES": BEHIND_PROXY,  # X-Forwarded-For is believed from a proxy of ours only
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Traceapp",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "KeyStateEnum": "traceapp.sensors.serializers.STATES",
        "ForecastKindEnum": "forecasting.models.Kind",
        "JobStateEnum": "traceapp.jobs.models.Job.State",
        "PartyEnum": ["buyer", "seller"],
    },
}

# --- background work -------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "filesystem://localhost")
CELERY_QUEUE_DIR = DATA_DIR / "queue"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "data_folder_in": str(CELERY_QUEUE_DIR),
        "data_folder_out": str(CELERY_QUEUE_DIR),
        "processed_folder": str(CELERY_QUEUE_DIR / "processed"),
        "control_folder": str(CELERY_QUEUE_DIR / "control"),
        "store_processed": False,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    else {}
)
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {"celery": {}, "watch": {}}  # a worker takes from both unless told
CELERY_TASK_ROUTES = {"coldchain.watch": {"queue": "watch"}}  # an alarm does not wait until a training is done
CELERY_TASK_IGNORE_RESULT = True  # a job row is the only place where progress and outcome are kept
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("CELERY_WORKER_MAX_MEMORY_PER_CHILD", 300_000)  # KB: what grew is replaced
FORECAST_PROCESSES = env.int("FORECAST_PROCESSES", 0)  # that a worker fits series with; 0: one a core
FORECAST_SNAPSHOT_FROM = env.int("FORECAST_SNAPSHOT_FROM", 200_000)  # events of an organisation: fewer are read anew
FORECAST_JOB_SECONDS = env.int("FORECAST_JOB_SECONDS", 6 * 3600)  # a training may take; then it is ended with a reason
CELERY_TASK_TIME_LIMIT = FORECAST_JOB_SECONDS + 600  # what does not end by itself is killed, and swept up
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "jobs-sweep": {"task": "jobs.sweep", "schedule": 30.0},
    "capture-sweep": {"task": "capture.sweep", "schedule": 60.0},
    "coldchain-watch": {"task": "coldchain.watch", "schedule": 10.0, "options": {"expire_seconds": 30}},
    "snapshots-nightly": {"task": "snapshots.nightly", "schedule": crontab(hour=1, minute=30)},
    "models-nightly": {"task": "models.nightly", "schedule": crontab(hour=2, minute=30)},
}

# --- pages -----------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "traceapp" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "css").exists()  # until `collectstatic` has put compressed copies there
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}  # rates are counted here

# --- security --------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS and env.bool("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

# --- logs ------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "cmdstanpy": {"level": "WARNING"},
        "prophet": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can send any Host: no news, no traceback
    },
}
