"""Hashes phone numbers and email addresses with a secret key, so that an index does not reveal them."""

from __future__ import annotations

import hmac
from functools import lru_cache

SAME_PERSON = 50  # the most leads that are looked up for one phone number or email address


def phone_key(phone: str | None, key: str) -> str:
    return keyed_hash("phone", phone, key) if phone else ""


def email_key(email: str | None, key: str) -> str:
    return keyed_hash("email", email.casefold(), key) if email else ""


@lru_cache(maxsize=8)
def id_of_key(key: str) -> str:
    """Returns an id that does not reveal the key.

    Each hash begins with the id, so that hashes with a former key can be found.
    """
    return hmac.digest(key.encode(), b"id", "sha256").hex()[:8]


def key_id_in(*hashes: str) -> str:
    return next((hashed.partition("-")[0] for hashed in hashes if hashed), "")


def keyed_hash(kind: str, value: str, key: str) -> str:
    """`kind` is hashed too, so that equal values of two kinds differ."""
    hashed = hmac.digest(key.encode(), f"{kind}\n{value}".encode(), "sha256").hex()
    return f"{id_of_key(key)}-{hashed}"
