"""Tests the canary on the local cloud, through the table and through the spool."""

from __future__ import annotations

import json
from pathlib import Path

from dev.cloud import LocalCloud

EVENT = Path(__file__).resolve().parents[2] / "events" / "watch_delivery.json"


def test_a_canary_is_delivered_by_the_table_and_by_the_spool(cloud: LocalCloud) -> None:
    answer = cloud.client("lambda").invoke(FunctionName=cloud.resources["WatchDelivery"], Payload=EVENT.read_bytes())

    assert "FunctionError" not in answer
    assert json.load(answer["Payload"]) == {
        "delivered": True,
        "delivered_by_spool": True,
        "subscriptions_missing": 0,
    }
    queue = cloud.client("sqs")
    attributes = queue.get_queue_attributes(
        QueueUrl=cloud.resources["CanaryAlerts"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "0"


def test_without_an_address_there_is_no_webhook(cloud: LocalCloud) -> None:
    assert not {"DeliverWebhook", "WebhookKey", "UndeliveredWebhooks"} & cloud.resources.keys()
