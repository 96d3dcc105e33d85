from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from dev import rotate
from dev.rotate import Clients
from shared.adapters.form_guard import FormGuard
from shared.domain.intake.submission import Submission
from shared.domain.leads.lead import CANARY
from tests.functions.calls import submission

STACK = "clinic"
AT = datetime(2026, 1, 14, 16, tzinfo=UTC)


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(rotate, "DELAY", 0.01)
    monkeypatch.setattr(rotate, "_named", lambda _stack, _clients, name: name)  # moto's CloudFormation has no secrets
    body = {
        "Parameters": {"KeysVersion": {"Type": "String", "Default": "1"}, "Other": {"Type": "String"}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "q-${KeysVersion}"}}},
        },
    }
    with mock_aws():
        formation = boto3.client("cloudformation")
        other: Any = [{"ParameterKey": "Other", "ParameterValue": "kept"}]
        formation.create_stack(StackName=STACK, TemplateBody=json.dumps(body), Parameters=other)
        secrets = boto3.client("secretsmanager")
        for name in rotate.SECRETS:
            secrets.create_secret(Name=name, SecretString="the-first-key")  # pragma: allowlist secret
        yield Clients(formation, secrets)


def keys(clients: Clients, name: str) -> list[str]:
    return str(clients.secrets.get_secret_value(SecretId=name)["SecretString"]).split(",")


def run(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    deployed: list[dict[str, Any]] = []
    update = rotate._update

    def updating(stack: str, clients: Clients, at: datetime) -> None:
        update(stack, clients, at)
        (found,) = clients.formation.describe_stacks(StackName=STACK)["Stacks"]
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in found["Parameters"]}
        deployed.append(parameters | {name: keys(clients, name) for name in rotate.SECRETS})

    monkeypatch.setattr(rotate, "_update", updating)
    ticks = iter(AT + timedelta(minutes=number) for number in range(9))
    rotate.rotate(STACK, clients, str, lambda: next(ticks))
    monkeypatch.setattr(rotate, "_update", update)
    return deployed


def test_new_keys_are_accepted_before_they_are_used(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    learned, used = run(clients, monkeypatch)

    for name in ("FormKey", "PersonKey"):
        first, fresh = learned[name]
        assert first == "the-first-key"
        assert used[name] == [fresh, first]
        assert len(fresh) == 48
        assert fresh.isalnum(), "no comma, which separates keys"
    assert (learned["Other"], used["Other"]) == ("kept", "kept")
    assert [step["KeysVersion"] for step in (learned, used)] == ["2026-01-14T160000Z", "2026-01-14T160100Z"]


def test_whatever_versions_run_side_by_side_accept_each_other(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment shifts traffic gradually, so each version gets tokens from the other."""
    before = ["the-first-key"]
    learned, used = (step["FormKey"] for step in run(clients, monkeypatch))

    for side_by_side in ((before, learned), (learned, used)):
        for drawn, checked in (side_by_side, side_by_side[::-1]):
            assert is_canary(FormGuard(*drawn), FormGuard(*checked))


def is_canary(drawing: FormGuard, checking: FormGuard) -> bool:
    lead_id = uuid4()
    sent = submission(submission_id=str(lead_id), token=drawing.canary_token(lead_id))
    return checking.judge(Submission.model_validate(sent), AT).source == CANARY


def test_a_second_rotation_retires_the_first_form_key_and_keeps_person_keys(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(clients, monkeypatch)
    before = keys(clients, "FormKey")[0]
    _, used = run(clients, monkeypatch)

    assert used["FormKey"][1:] == [before]
    assert len(used["PersonKey"]) == 3
    assert used["PersonKey"][-1] == "the-first-key"


def test_an_interrupted_rotation_starts_again(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "ValidationError", "Message": "is in UPDATE_IN_PROGRESS"}}, "UpdateStack")

    with monkeypatch.context() as broken:
        broken.setattr(rotate, "_update", fails)
        with pytest.raises(ClientError):
            rotate.rotate(STACK, clients, str, lambda: AT)
    assert keys(clients, "FormKey")[0] == "the-first-key", "nothing signs with a key that is not deployed"

    learned, used = run(clients, monkeypatch)
    assert learned["FormKey"][0] == "the-first-key"
    assert used["FormKey"][1] == "the-first-key"


@pytest.mark.parametrize(("variable", "advice"), [("AWS_DEFAULT_REGION", "Set AWS_DEFAULT_REGION"), ("", "again")])
def test_an_error_names_the_command_that_was_typed(
    variable: str, advice: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(variable, raising=False)
    with mock_aws():
        assert rotate.main(["elsewhere"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("make rotate STACK=elsewhere: ")
    assert advice in said
    assert ("keys fit together" in said) == (not variable)
    assert said.count("\n") == 1
