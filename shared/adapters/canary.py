"""Sends canaries (test leads) to the public API, and reads their alerts from a queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

import urllib3

from shared.adapters.form_guard import FormGuard
from shared.domain.errors import NotDelivered

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

TIMEOUT = urllib3.Timeout(connect=3, read=10)
LONG_POLL = 5  # seconds


class CanaryPath:
    """The public API that receives a canary, and the queue where its alert arrives.

    api_address: base address of the public API, with a trailing slash
    questionnaire: id and version
    """

    def __init__(
        self, client: SQSClient, queue_url: str, api_address: str, guard: FormGuard, questionnaire: tuple[str, str]
    ) -> None:
        self._client = client
        self._queue_url = queue_url
        self._address = f"{api_address}submissions"
        self._guard = guard
        self._questionnaire = questionnaire
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)

    def send(self, *, tries_spool: bool = False) -> str:
        """Sends a canary and returns its reference.

        tries_spool: whether the canary bypasses the table and goes through the spool.
        Raises NotDelivered if the API does not accept the canary.
        """
        submission_id, (questionnaire, version) = uuid4(), self._questionnaire
        submission = {
            "submission_id": str(submission_id),
            "questionnaire": {"id": questionnaire, "version": version},
            "answers": {},
            "contact": {"name": "Delivery check", "email": "canary@example.com"},
            "consents": {"contact": True},
            "token": self._guard.canary_token(submission_id, tries_spool=tries_spool),
        }
        try:
            answer = self._pool.request(
                "POST", self._address, body=json.dumps(submission), headers={"content-type": "application/json"}
            )
        except urllib3.exceptions.HTTPError as error:
            raise NotDelivered(type(error).__name__) from None
        if answer.status != (HTTPStatus.ACCEPTED if tries_spool else HTTPStatus.CREATED):
            raise NotDelivered(f"status {answer.status}")
        return str(answer.json()["reference"])

    def alerts(self) -> Iterator[str]:
        """Yields up to ten alerts about canaries, and deletes each from the queue.

        Raises botocore's ClientError or BotoCoreError.
        """
        answer = self._client.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=LONG_POLL
        )
        for message in answer.get("Messages", []):
            self._client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
            yield message["Body"]
