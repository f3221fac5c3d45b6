"""Production: what must be set, what is safe to deploy, and what its logs leave out."""

from __future__ import annotations

import base64
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client

ROOT = Path(settings.BASE_DIR)
COMPLETE = {
    "HOUSHAYU_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "FIELD_KEYS": base64.b64encode(os.urandom(32)).decode(),
    "BLIND_INDEX_KEY": secrets.token_urlsafe(40),
    "ALLOWED_HOSTS": "houshayu.example",
    "DATABASE_URL": "postgres://houshayu:word@postgres/houshayu",
    "REDIS_URL": "redis://redis:6379/0",
    "SITE_URL": "https://houshayu.example",
    "EMAIL_URL": "smtp+tls://user:word@mail.example:587",
    "DEFAULT_FROM_EMAIL": "duty@houshayu.example",
}


def check(**changes: str) -> subprocess.CompletedProcess[str]:
    """manage.py check --deploy as the container runs it, with nothing but this in the shell."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **COMPLETE, **changes},
        capture_output=True,
        text=True,
    )


def test_with_everything_set_it_is_safe_to_deploy() -> None:
    done = check()

    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_not_set_is_named_and_nothing_starts() -> None:
    unset = [name for name in COMPLETE if name != "HOUSHAYU_MODE"]

    done = check(**dict.fromkeys(unset, ""))

    assert done.returncode == 1
    assert f"Set {', '.join(unset)} in the environment" in done.stderr


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"DEBUG": "1"}, "security.W018"),
        ({"SECURE_SSL_REDIRECT": "0"}, "security.W008"),
        ({"FIELD_KEYS": "c2hvcnQ="}, "houshayu.E001"),
        ({"BLIND_INDEX_KEY": "short"}, "houshayu.E002"),
    ],
)
def test_what_is_set_unsafely_is_reported(change: dict[str, str], warning: str) -> None:
    done = check(**change)

    assert done.returncode == 1
    assert warning in done.stderr


def test_compose_asks_for_everything_and_has_no_secret_of_its_own() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    for name in ("migrate", "web", "worker", "beat"):
        given = services[name]["environment"]
        assert COMPLETE.keys() <= given.keys()
        for variable in COMPLETE.keys() - {"HOUSHAYU_MODE", "DATABASE_URL", "REDIS_URL"}:
            assert given[variable].startswith(f"${{{variable}:?")
        assert services[name]["volumes"] == ["data:/data"]
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${")


def test_nothing_starts_in_a_container_before_its_settings_are_checked() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    checked = "python manage.py check --deploy --fail-level WARNING &&"

    assert checked in compose["migrate"]["command"]
    assert checked in (ROOT / "Dockerfile").read_text().splitlines()[-1]
    for name in ("web", "worker", "beat"):
        condition = compose[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_the_access_log_does_not_tell_who_was_looked_for() -> None:
    set_up: dict[str, str] = {}
    exec((ROOT / "gunicorn.conf.py").read_text(encoding="utf-8"), set_up)

    logged = set(re.findall(r"%\(([^)]+)\)s", set_up["access_log_format"]))

    assert "U" in logged  # the path alone
    assert logged & {"r", "q", "f"} == set()  # the request line, its query, the referrer


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/cases/%00/", "/handoffs/?from=%00", "/api/people/%00/"])
def test_a_nul_in_the_address_is_a_bad_request(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400
