"""Sends leads to the spool, an SQS queue for times when the table is unavailable, and to its failure queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import StoreUnavailable
from shared.domain.leads.lead import Lead

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SpoolQueue:
    """The spool or its failure queue.

    connect: makes the SQS client, on first use only, because few runs need the client.
    """

    def __init__(self, connect: Callable[[], SQSClient], queue_url: str) -> None:
        self._connect = connect
        self._queue_url = queue_url
        self._client: SQSClient | None = None

    def put(self, lead: Lead) -> None:
        """Raises StoreUnavailable if SQS does not confirm that it stored the lead."""
        # ASCII, because SQS refuses some characters that a name may contain.
        self.put_back(json.dumps(lead.model_dump(mode="json"), separators=(",", ":")))

    def put_back(self, entry: str) -> None:
        """Sends an entry of the spool to this queue unchanged. Raises StoreUnavailable."""
        try:
            if self._client is None:
                self._client = self._connect()
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=entry)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
