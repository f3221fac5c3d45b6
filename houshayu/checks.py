"""System checks: a wrong configuration is reported before anybody is let in."""

import base64
import binascii
import ctypes
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from houshayu import keeping

# The names under which WeasyPrint looks for it, by system.
HARFBUZZ_SUBSET = [
    "libharfbuzz-subset.so.0",
    "libharfbuzz-subset.0.dylib",
    "libharfbuzz-subset-0.dll",
]
# A key of fewer different bytes or letters was typed by hand; random ones have many more.
LEAST_VARIETY = 8


@register
def field_keys_are_sound(**_kwargs: Any) -> list[CheckMessage]:
    """Every key of the ring is 32 random bytes, and the blind index has a long random key."""
    problems: list[CheckMessage] = []
    for number, key in enumerate(settings.FIELD_KEYS, start=1):
        try:
            raw = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32 or len(set(raw)) < LEAST_VARIETY:
            problems.append(
                Error(
                    f"FIELD_KEYS: key {number} is not 32 random bytes in base64.",
                    hint="openssl rand -base64 32",
                    id="houshayu.E001",
                )
            )
    key = settings.BLIND_INDEX_KEY
    if len(key) < 32 or len(set(key)) < LEAST_VARIETY:
        problems.append(
            Error(
                "BLIND_INDEX_KEY is shorter than 32 characters, or is not random.",
                hint="openssl rand -base64 40",
                id="houshayu.E002",
            )
        )
    return problems


@register
def fonts_can_be_subset(**_kwargs: Any) -> list[CheckMessage]:
    """Without HarfBuzz's subsetter each PDF takes many seconds: fontTools cuts the 20 MB font."""
    if any(_loads(name) for name in HARFBUZZ_SUBSET):
        return []
    return [
        Warning(
            "libharfbuzz-subset is missing: PDFs will be very slow.",
            hint="apt-get install libharfbuzz-subset0",
            id="houshayu.W001",
        )
    ]


@register
def every_column_has_a_purpose(**_kwargs: Any) -> list[CheckMessage]:
    """Every column says what it is kept for and how long, or that it is not personal."""
    return [
        Error(
            f"{model._meta.label}.{name} does not say what it is kept for.",
            hint="personal(PURPOSE, …) or impersonal(…) around it, or @impersonal_model: "
            "see houshayu.keeping.",
            obj=model,
            id="houshayu.E003",
        )
        for model in keeping.own_models()
        for name in keeping.undeclared(model)
    ]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
