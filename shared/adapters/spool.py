"""Sends leads to the spool, an encrypted SQS queue that keeps them while the table is unavailable.

Also sends entries of the spool that cannot be stored to the failure queue. Only this module sends to these queues.
"""

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

    connect: function that makes the SQS client. It is called on first use, because few runs need the client.
    """

    def __init__(self, connect: Callable[[], SQSClient], queue_url: str) -> None:
        self._connect = connect
        self._queue_url = queue_url
        self._client: SQSClient | None = None

    def put(self, lead: Lead) -> None:
        """Adds the lead to the queue. Once this method returns, SQS has stored the lead. Raises StoreUnavailable."""
        # The JSON is ASCII, because SQS refuses some characters that a name may contain.
        self.put_back(json.dumps(lead.model_dump(mode="json"), separators=(",", ":")))

    def put_back(self, entry: str) -> None:
        """Sends an entry of the spool to this queue unchanged. Raises StoreUnavailable."""
        try:
            if self._client is None:
                self._client = self._connect()
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=entry)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
