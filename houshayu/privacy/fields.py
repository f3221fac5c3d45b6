"""Text that only the program can read, and a way to find it again without reading it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

NONCE_BYTES = 12


class Undecryptable(Exception):
    """None of the keys opens this ciphertext, or it was moved here from another column."""


@cache
def _ciphers(keys: tuple[str, ...]) -> tuple[AESGCM, ...]:
    return tuple(AESGCM(base64.b64decode(key)) for key in keys)


def seal(content: bytes, *, bound_to: str) -> bytes:
    """The content under the first key; it can be read only with the same bound_to."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = _ciphers(tuple(settings.FIELD_KEYS))[0]
    return nonce + cipher.encrypt(nonce, content, bound_to.encode())


def unseal(sealed: bytes, *, bound_to: str) -> bytes:
    """The content that was sealed, whichever key of the ring was first then.

    Raises Undecryptable if no key fits.
    """
    for cipher in _ciphers(tuple(settings.FIELD_KEYS)):
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError):  # the wrong key or place, or too short to be ours
            continue
    raise Undecryptable(bound_to)


def encrypt(text: str, *, bound_to: str) -> str:
    """The text under the first key, as base64; it can be read only with the same bound_to."""
    return base64.b64encode(seal(text.encode(), bound_to=bound_to)).decode()


def decrypt(ciphertext: str, *, bound_to: str) -> str:
    """The text that was encrypted, whichever key of the ring was first then.

    Raises Undecryptable if no key fits.
    """
    try:
        raw = base64.b64decode(ciphertext, validate=True)
    except binascii.Error:
        raise Undecryptable(bound_to) from None
    return unseal(raw, bound_to=bound_to).decode()


def blind_index(value: str, *, purpose: str) -> str:
    """A keyed fingerprint (HMAC-SHA-256, 64 hex digits) that finds an exact value again.

    purpose keeps equal values of different kinds from being recognised as equal.
    """
    message = f"{purpose}\0{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


Mask = Callable[[str], str]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text stored as AES-256-GCM ciphertext, bound to the column it stands in.

    mask: what may be seen of it on pages and lists, in sheets, files and the API; everything that
    shows the field asks it (see masked). The whole of it is read by a Reveal alone.

    Equal texts have different ciphertexts, so it can't be searched: keep a blind_index beside
    it. An empty text stays empty. History rows keep the ciphertext, bound to the tracked column.
    """

    def __init__(self, *args: Any, mask: Mask, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mask = mask

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"mask": self.mask}

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput} | kwargs)

    def _column(self) -> str:
        tracked = getattr(self.model, "pgh_tracked_model", None) or self.model
        return f"{tracked._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return value
        return encrypt(str(value), bound_to=self._column())

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        if not value:
            return value
        return decrypt(value, bound_to=self._column())

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise self._unsearchable()

    def get_transform(self, _lookup_name: str) -> Any:
        raise self._unsearchable()

    def _unsearchable(self) -> FieldError:
        return FieldError(
            f"{self.model.__name__}.{self.name} is encrypted and can't be searched; "
            "use its blind index."
        )


def protected_fields(model: type[models.Model]) -> dict[str, EncryptedTextField]:
    """The encrypted fields of the model, by name."""
    fields = model._meta.concrete_fields
    return {field.name: field for field in fields if isinstance(field, EncryptedTextField)}


def masked(record: models.Model, name: str) -> str:
    """What may be seen of a protected field of the record."""
    return protected_fields(type(record))[name].mask(getattr(record, name))
