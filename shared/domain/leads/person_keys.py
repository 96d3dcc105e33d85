"""Keyed hashes of phone numbers and email addresses: indexes find leads of the same person without holding either."""

from __future__ import annotations

import hashlib
import hmac

SAME_PERSON = 50  # the most leads looked up for one number or address


def phone_key(phone: str | None, key: str) -> str:
    """The keyed hash of an E.164 number; "" for None."""
    return _hashed("phone", phone, key) if phone else ""


def email_key(email: str | None, key: str) -> str:
    """The keyed hash of an address, ignoring case; "" for None."""
    return _hashed("email", email.casefold(), key) if email else ""


def _hashed(kind: str, value: str, key: str) -> str:
    return hmac.new(key.encode(), f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()
