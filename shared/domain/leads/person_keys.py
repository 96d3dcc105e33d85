"""Hashes phone numbers and email addresses with a secret key, so that an index finds the leads of one person but
contains no number and no address."""

from __future__ import annotations

import hmac
from functools import lru_cache

SAME_PERSON = 50  # the most leads that are looked up for one phone number or email address


def phone_key(phone: str | None, key: str) -> str:
    """Returns the keyed hash of an E.164 phone number, after the id of the key; "" for None."""
    return keyed_hash("phone", phone, key) if phone else ""


def email_key(email: str | None, key: str) -> str:
    """Returns the keyed hash of an email address, ignoring case, after the id of the key; "" for None."""
    return keyed_hash("email", email.casefold(), key) if email else ""


@lru_cache(maxsize=8)  # the number of keys
def id_of_key(key: str) -> str:
    """Returns text that identifies a key without revealing it. Each hash begins with this text, so a hash made with a
    former key is recognised."""
    return hmac.digest(key.encode(), b"id", "sha256").hex()[:8]


def key_id_in(*hashes: str) -> str:
    """Returns the id of the key that made these hashes; "" if all of them are empty."""
    return next((hashed.partition("-")[0] for hashed in hashes if hashed), "")


def keyed_hash(kind: str, value: str, key: str) -> str:
    """Returns the keyed hash of a value of some kind, after the id of the key."""
    hashed = hmac.digest(key.encode(), f"{kind}\n{value}".encode(), "sha256").hex()
    return f"{id_of_key(key)}-{hashed}"
