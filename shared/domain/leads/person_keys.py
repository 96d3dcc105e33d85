"""Hashes phone numbers and email addresses with a secret key, so that indexes can find leads of the same person
without holding either."""

from __future__ import annotations

import hashlib
import hmac

SAME_PERSON = 50  # the most leads that are looked up for one phone number or email address


def phone_key(phone: str | None, key: str) -> str:
    """Returns the keyed hash of an E.164 phone number; "" for None."""
    return _hashed("phone", phone, key) if phone else ""


def email_key(email: str | None, key: str) -> str:
    """Returns the keyed hash of an email address, ignoring case; "" for None."""
    return _hashed("email", email.casefold(), key) if email else ""


def _hashed(kind: str, value: str, key: str) -> str:
    return hmac.new(key.encode(), f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()
