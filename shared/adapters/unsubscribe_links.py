"""Signs and verifies the links with which a patient can stop all mail to their address."""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from uuid import UUID

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from shared.domain.errors import NotFound
from shared.domain.leads.person_keys import email_key


class UnsubscribeRequest(NamedTuple):
    """The content of an unsubscribe link.

    address_key: the keyed hash of the address, which remains valid after the lead is erased.
    """

    lead_id: UUID
    address_key: str


class UnsubscribeLinks:
    """The links of one stack. They do not expire.

    keys: the secrets. The first signs new links; links signed with any secret are accepted.
    site: the service's base address, with a trailing slash.
    """

    def __init__(self, keys: tuple[str, ...], site: str) -> None:
        self._keys = keys
        self._site = site

    def link(self, lead_id: UUID, email: str, language: str) -> str:
        token = self._signer().sign(f"{lead_id.hex}_{email_key(email, self._keys[0])}").decode()
        return f"{self._site}unsubscribe/{token}?language={language}"

    def read(self, token: str) -> UnsubscribeRequest:
        try:
            content = self._signer().unsign(token).decode()
        except BadSignature:
            raise NotFound from None
        # Several texts decode to the same signature, because the last base64 letter has unused bits. Accept only one.
        signature = token.rpartition(".")[2]
        if base64_encode(base64_decode(signature)).decode() != signature:
            raise NotFound
        lead_id, _, address_key = content.partition("_")
        return UnsubscribeRequest(UUID(lead_id), address_key)

    def _signer(self) -> Signer:
        oldest_first = self._keys[::-1]  # itsdangerous signs with the last key
        return Signer(oldest_first, salt="unsubscribe", digest_method=hashlib.sha256)
