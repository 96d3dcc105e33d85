"""The same person again: a phone number or an e-mail address as a keyed hash, so that no index holds either."""

from __future__ import annotations

import hashlib
import hmac

SAME_PERSON = 50  # leads of one number or address that are looked up at most


def phone_key(phone: str | None, key: str) -> str:
    """For a number in E.164; "" for none."""
    return _hashed("phone", phone, key) if phone else ""


def email_key(email: str | None, key: str) -> str:
    """For an address, however it is capitalised; "" for none."""
    return _hashed("email", email.casefold(), key) if email else ""


def _hashed(kind: str, value: str, key: str) -> str:
    return hmac.new(key.encode(), f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()
