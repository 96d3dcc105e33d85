"""The spool: the encrypted queue that keeps leads while the table is away. The only module that sends to it."""

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
    """`connect` makes the client when the first entry is put: usually there is none, and then it costs nothing."""

    def __init__(self, connect: Callable[[], SQSClient], queue_url: str) -> None:
        self._connect = connect
        self._queue_url = queue_url
        self._client: SQSClient | None = None

    def put(self, lead: Lead) -> None:
        """Keep the lead as it is. Once this returns, it is durable. Raises StoreUnavailable."""
        # As ASCII: a queue refuses some characters that a name may hold.
        self.put_back(json.dumps(lead.model_dump(mode="json"), separators=(",", ":")))

    def put_back(self, entry: str) -> None:
        """An entry as it was read. Raises StoreUnavailable."""
        try:
            if self._client is None:
                self._client = self._connect()
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=entry)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable from error
