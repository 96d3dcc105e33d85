from __future__ import annotations

from dataclasses import replace

import pytest

from dev import smoke
from dev.cloud import STACK, LocalCloud
from dev.stage import Stage, StepFailedError


@pytest.fixture
def stage(cloud: LocalCloud, site: str) -> Stage:
    """Provides the service and the sign-in page at `site` for a smoke test."""
    address = site.removesuffix("/")
    return Stage(STACK, cloud.client, cloud.outputs | {"Inbox": f"{site}inbox"}, address, address)


def left_behind(cloud: LocalCloud) -> list[str]:
    """Returns the users, queues and subscriptions of smoke tests that still exist."""
    users = cloud.client("cognito-idp").list_users(UserPoolId=cloud.outputs["StaffPoolId"])["Users"]
    queues = cloud.client("sqs").list_queues(QueueNamePrefix="smoke-").get("QueueUrls", [])
    topic = cloud.outputs["AlertTopicArn"]
    subscribed = cloud.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    names = [user["Username"] for user in users] + [subscription["Endpoint"] for subscription in subscribed]
    return [*queues, *(name for name in names if "smoke-" in name)]


def test_the_journey_completes_and_cleans_up(
    cloud: LocalCloud, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke.journey(stage)

    output = capsys.readouterr().out
    assert output.count("ok") >= 8
    assert not any(value in output for value in smoke.PERSON.values())
    assert left_behind(cloud) == []


def test_a_failed_step_ends_the_journey_and_cleans_up(
    cloud: LocalCloud, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.stage.ALERT_WITHIN", 0)
    with pytest.raises(StepFailedError, match="no alert about"):
        smoke.journey(stage)

    assert left_behind(cloud) == []


def test_a_missing_service_is_a_failure(stage: Stage) -> None:
    with pytest.raises(StepFailedError, match="GET / is 404"):
        smoke.journey(replace(stage, site=f"{stage.site}/elsewhere"))
