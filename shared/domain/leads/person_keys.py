"""Hashes phone numbers and email addresses with a secret key. An index of the hashes finds a person's leads but reveals
no number and no address."""

from __future__ import annotations

import hmac
from functools import lru_cache

SAME_PERSON = 50  # the most leads that are looked up for one phone number or email address


def phone_key(phone: str | None, key: str) -> str:
    """Returns the keyed hash of an E.164 phone number; "" for None."""
    return keyed_hash("phone", phone, key) if phone else ""


def email_key(email: str | None, key: str) -> str:
    """Returns the keyed hash of an email address, ignoring case; "" for None."""
    return keyed_hash("email", email.casefold(), key) if email else ""


@lru_cache(maxsize=8)  # the number of keys
def id_of_key(key: str) -> str:
    """Returns text that identifies a key without revealing it. Each hash begins with this text, which shows if a former
    key made the hash."""
    return hmac.digest(key.encode(), b"id", "sha256").hex()[:8]


def key_id_in(*hashes: str) -> str:
    """Returns the id of the key that made these hashes; "" if all of them are empty."""
    return next((hashed.partition("-")[0] for hashed in hashes if hashed), "")


def keyed_hash(kind: str, value: str, key: str) -> str:
    """Returns the id of the key, followed by the keyed hash of a value. `kind`: hashes of different kinds differ."""
    hashed = hmac.digest(key.encode(), f"{kind}\n{value}".encode(), "sha256").hex()
    return f"{id_of_key(key)}-{hashed}"
