"""Signs and reads the links by which a person ends all mails to their address."""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from shared.domain.errors import NotFound
from shared.domain.leads.person_keys import email_key


class UnsubscribeRequest(NamedTuple):
    """What a link names. `address_key`: the keyed hash of the address, which is still known once the lead is gone."""

    lead_id: UUID
    address_key: str


class UnsubscribeLinks:
    """The links of one stack. They do not expire.

    keys: the first signs, the others are accepted too.
    site: where the service answers, with a slash at the end.
    """

    def __init__(self, keys: tuple[str, ...], site: str) -> None:
        self._keys = keys
        self._site = site

    def link(self, lead_id: UUID, email: str, language: str) -> str:
        token = self._signer().dumps([lead_id.hex, email_key(email, self._keys[0])])
        return f"{self._site}unsubscribe/{token}?language={language}"

    def read(self, token: str) -> UnsubscribeRequest:
        """Returns what the token of a link names. Raises NotFound if this stack did not sign it."""
        signer = self._signer()
        try:
            lead_id, address_key = signer.loads(token)
            request = UnsubscribeRequest(UUID(lead_id), str(address_key))
        except (BadData, ValueError, TypeError):
            raise NotFound from None
        # The last base64 letter has spare bits, so other texts decode to the same signature: reject them.
        again = [self._signer(key).dumps([lead_id, address_key]) for key in self._keys]
        if token not in map(str, again):
            raise NotFound
        return request

    def _signer(self, key: str = "") -> URLSafeSerializer:
        oldest_first = [key] if key else list(self._keys[::-1])  # the library signs with the last one
        return URLSafeSerializer(oldest_first, salt="unsubscribe", signer_kwargs={"digest_method": hashlib.sha256})
