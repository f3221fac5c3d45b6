"""What a sheet may ask for while it is laid out: our own static files, and nothing else."""

from __future__ import annotations

from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from weasyprint.urls import URLFetcher, URLFetcherResponse

# What relative addresses start from; a name that no network knows (RFC 2606).
NOWHERE = "https://sheet.invalid/"


class FetchRefused(Exception):
    """A sheet asked for something that is not a static file of ours."""


class StaticFilesOnly(URLFetcher):
    """Answers data: addresses and our own static files; refuses network and all other files."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        prefix = NOWHERE.rstrip("/") + settings.STATIC_URL
        if not url.startswith(prefix):
            return super().fetch(url, headers)
        name = unquote(urlsplit(url).path).removeprefix(settings.STATIC_URL)
        return URLFetcherResponse(
            url, static_file(name), {"Content-Type": guess_type(name)[0] or ""}
        )


def static_file(name: str) -> bytes:
    """One of our static files, collected or not; raises FetchRefused for any other name."""
    if found := finders.find(name):
        return Path(str(found)).read_bytes()
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return bytes(file.read())
    raise FetchRefused(f"There is no static file {name!r}.")
