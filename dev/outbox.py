"""Collects the alerts that the local cloud sends to staff."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from botocore.exceptions import BotoCoreError

from dev.cloud import LocalCloud


@dataclass(frozen=True)
class SentAlert:
    """An alert as a subscriber of the alert topic receives it."""

    sent_at: str
    subject: str
    body: str
    tier: str
    kind: str
    audience: str

    @classmethod
    def from_envelope(cls, envelope: str) -> "SentAlert":
        message = json.loads(envelope)
        attributes = {name: value["Value"] for name, value in message.get("MessageAttributes", {}).items()}
        return cls(
            sent_at=message["Timestamp"],
            subject=message["Subject"],
            body=message["Message"],
            tier=attributes.get("tier", ""),
            kind=attributes.get("kind", ""),
            audience=attributes.get("audience", ""),
        )


class Outbox:
    """Collects alerts in a thread, and calls `on_alert` with each new one."""

    def __init__(self, cloud: LocalCloud, on_alert: Callable[[SentAlert], None] = lambda _: None) -> None:
        self._cloud = cloud
        self._on_alert = on_alert
        self._file: Path = cloud.state / "outbox.jsonl"
        self._alerts = [SentAlert(**json.loads(line)) for line in self._saved_lines()]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._collect, name="outbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    @property
    def alerts(self) -> list[SentAlert]:
        return list(self._alerts)

    def _saved_lines(self) -> list[str]:
        """Returns the file's complete lines. The alert of a cut-off line is still queued."""
        return self._file.read_text().split("\n")[:-1] if self._file.exists() else []

    def _collect(self) -> None:
        queue = self._cloud.client("sqs")
        while not self._stopping.is_set():
            try:
                self._receive(queue)
            except BotoCoreError:
                if self._cloud.emulator.ends(within=1):
                    return
                raise

    def _receive(self, queue: Any) -> None:
        answer = queue.receive_message(QueueUrl=self._cloud.outbox, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            alert = SentAlert.from_envelope(message["Body"])
            with self._file.open("a") as file:
                file.write(json.dumps(asdict(alert)) + "\n")
            queue.delete_message(QueueUrl=self._cloud.outbox, ReceiptHandle=message["ReceiptHandle"])
            self._alerts.append(alert)
            self._on_alert(alert)
