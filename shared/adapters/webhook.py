"""Sends signed webhooks (Standard Webhooks specification, standardwebhooks.com, version 1 signatures)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from shared.domain.errors import NotDelivered
from shared.domain.leads.webhook import WaitingLead

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PREFIX = "whsec_"
TIMEOUT = urllib3.Timeout(connect=3, read=15)  # the specification recommends 15 to 30 s
LONGEST = 20.0  # seconds for a whole delivery; the read timeout does not limit a slow stream of small parts


class Webhook:
    """A receiver of webhooks.

    secret: the signing key that the receiver has too, in base64, with or without the prefix "whsec_".
    """

    def __init__(self, address: str, secret: str) -> None:
        """Raises ValueError if `address` is not https (or on loopback), or if `secret` is not base64."""
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("a webhook's address begins with https://")
        self._address = address
        self._key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)

    def deliver(self, lead: WaitingLead, at: datetime) -> None:
        """Follows no redirects. Raises NotDelivered if the answer is not 2xx."""
        body, timestamp = lead.body, str(int(at.timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": lead.message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": self._signature(lead.message_id, timestamp, body),
        }
        outcome = [NotDelivered("too slow")]

        def send() -> None:
            outcome[:] = self._problems(body, headers)

        # a daemon thread lets the process end during a delivery that takes too long
        sending = threading.Thread(target=send, daemon=True)
        sending.start()
        sending.join(LONGEST)
        if outcome:
            raise outcome[0] from None

    def _problems(self, body: bytes, headers: dict[str, str]) -> list[NotDelivered]:
        try:
            answer = self._pool.request(
                "POST", self._address, body=body, headers=headers, redirect=False, preload_content=False
            )
            answer.close()
        except Exception as error:  # noqa: BLE001  after any error, the delivery has failed
            return [NotDelivered(type(error).__name__)]  # the error's text would include the URL
        received = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
        return [] if received else [NotDelivered(f"status {answer.status}")]

    def _signature(self, message_id: str, timestamp: str, body: bytes) -> str:
        signed = f"{message_id}.{timestamp}.".encode() + body
        return "v1," + base64.b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
