"""Sends signed webhooks (Standard Webhooks specification, standardwebhooks.com, version 1 signatures)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from shared.domain.errors import NotDelivered
from shared.domain.leads.webhook import WaitingLead

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PREFIX = "whsec_"
TIMEOUT = urllib3.Timeout(connect=3, read=15)  # the specification asks for 15 to 30 s


class Webhook:
    """A receiver of webhooks.

    secret: the signing key that the receiver has too, as base64 with or without the prefix "whsec_".
    """

    def __init__(self, address: str, secret: str) -> None:
        """Checks the settings. Raises ValueError if `address` is not https (except on loopback) or `secret` is not
        base64.
        """
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("a webhook's address begins with https://")
        self._address = address
        self._key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)

    def deliver(self, lead: WaitingLead, at: datetime) -> None:
        """Sends the webhook about a lead. Raises NotDelivered unless the receiver answers 2xx; redirects are not
        followed.
        """
        body, timestamp = lead.body, str(int(at.timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": lead.message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": self._signature(lead.message_id, timestamp, body),
        }
        try:
            answer = self._pool.request(
                "POST", self._address, body=body, headers=headers, redirect=False, preload_content=False
            )
            answer.close()  # what the receiver answers beside its status is never read, however long or slow it is
        except urllib3.exceptions.HTTPError as error:
            raise NotDelivered(type(error).__name__) from None  # the error's text would include the address
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise NotDelivered(f"status {answer.status}")

    def _signature(self, message_id: str, timestamp: str, body: bytes) -> str:
        signed = f"{message_id}.{timestamp}.".encode() + body
        return "v1," + base64.b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
