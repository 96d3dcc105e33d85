"""Tests who may use keys, tables and queues, and which of them outlive the stack."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template.stack import DAY, EXPANDED, FUNCTIONS, HOUR, MINUTE, SOURCE, listed, of_type

SPOOL = {"Fn::GetAtt": ["SpooledSubmissions", "Arn"]}
FAILED = {"Fn::GetAtt": ["FailedSubmissions", "Arn"]}


@pytest.mark.parametrize("name", ["RecordsKey", "SignalsKey"])
def test_a_key_is_usable_only_through_the_services_it_encrypts_for(name: str) -> None:
    key = of_type("AWS::KMS::Key")[name]
    administer, *uses = key["KeyPolicy"]["Statement"]
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}

    assert key["EnableKeyRotation"] is True
    assert key["PendingWindowInDays"] == 30
    assert not {action for action in administer["Action"] if re.search(r"\*|crypt|DataKey|CreateGrant|ReEnc", action)}
    for use in (use.get("Fn::If", ["", use])[1] for use in uses):
        assert not [action for action in listed(use["Action"]) if "*" in action]
        condition = use["Condition"]
        if use["Principal"] == root:
            assert condition["StringEquals"]["kms:ViaService"]
        elif use["Principal"] == {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}:
            assert condition["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Sub"].endswith("${AWS::StackName}-*")
        else:
            assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
            assert condition["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith("${AWS::StackName}-*")
    principals = [use.get("Fn::If", ["", use])[1]["Principal"] for use in uses]
    services = {str(principal["Service"]) for principal in principals if "Service" in principal}
    assert len(services) == (0 if name == "RecordsKey" else 4)  # no AWS service may decrypt records by itself


def test_the_key_of_the_records_is_retained() -> None:
    written = SOURCE["Resources"]["RecordsKey"]

    assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert all(function["KmsKeyArn"] == {"Fn::GetAtt": ["RecordsKey", "Arn"]} for function in FUNCTIONS.values())
    secrets = of_type("AWS::SecretsManager::Secret").values()
    assert all(secret["KmsKeyId"] == {"Fn::GetAtt": ["RecordsKey", "Arn"]} for secret in secrets)


def test_a_secret_reaches_a_function_by_reference_or_as_a_hidden_parameter() -> None:
    for function in FUNCTIONS.values():
        for variable, value in function["Environment"]["Variables"].items():
            if variable.endswith("_KEY"):
                given = value.get("Fn::If", ["", value])[1]
                hidden = SOURCE["Parameters"].get(given.get("Ref"), {}).get("NoEcho")
                assert hidden or re.fullmatch(r"\{\{resolve:secretsmanager:\$\{\w+\}\}\}", value["Fn::Sub"]), variable


def test_topics_and_queues_refuse_requests_without_tls() -> None:
    guarded: set[str] = set()
    for kind, resources in (("AWS::SQS::QueuePolicy", "Queues"), ("AWS::SNS::TopicPolicy", "Topics")):
        for policy in of_type(kind).values():
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Deny":
                    assert statement["Principal"] == "*"
                    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}
                    guarded.update(resource["Ref"] for resource in policy[resources])

    assert guarded == {*of_type("AWS::SQS::Queue"), *of_type("AWS::SNS::Topic")}


def test_no_policy_allows_an_unnamed_principal() -> None:
    for resource in EXPANDED["Resources"].values():
        for statement in statements_in(resource.get("Properties", {})):
            if statement["Effect"] == "Allow":
                assert statement.get("Principal") not in ("*", {"AWS": "*"})


def statements_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value:
            return [value]
        return [statement for inner in value.values() for statement in statements_in(inner)]
    return [statement for inner in value for statement in statements_in(inner)] if isinstance(value, list) else []


def test_the_table_is_retained_encrypted_and_recoverable() -> None:
    for name, table in of_type("AWS::DynamoDB::Table").items():
        written = SOURCE["Resources"][name]
        assert table["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Fn::GetAtt": ["RecordsKey", "Arn"]},
        }
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_only_irreplaceable_data_outlives_the_stack() -> None:
    resources = SOURCE["Resources"].items()
    kept = {name for name, resource in resources if resource.get("DeletionPolicy", "Delete") != "Delete"}

    spool = {"SpooledSubmissions", "FailedSubmissions", "SpoolPolicy", "FailedSubmissionsPolicy"}
    mail = {"MailAddresses", "MailKey"}
    tables = {"LeadsTable", "AccessLog", "Erasures", "DerivedData", "OnCallRota"}
    assert kept == {*tables, "StaffPool", "PersonKey", "RecordsKey", *mail, *spool}
    for name in kept:
        written = SOURCE["Resources"][name]
        assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_stream_and_indexes_hold_keys_and_a_summary_at_most() -> None:
    table = of_type("AWS::DynamoDB::Table")["LeadsTable"]
    projected = {index["IndexName"]: index["Projection"] for index in table["GlobalSecondaryIndexes"]}
    summary = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]}

    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert projected == {
        "due": {"ProjectionType": "KEYS_ONLY"},
        "worklist": summary,
        "by_reference": {"ProjectionType": "KEYS_ONLY"},
        "by_phone": summary,
        "by_email": summary,
        "by_arrival": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["person_key_id"]},
        "to_retire": {"ProjectionType": "KEYS_ONLY"},
        "mail_due": {"ProjectionType": "KEYS_ONLY"},
    }


def test_queues_keep_failures_for_two_weeks_encrypted() -> None:
    queues = of_type("AWS::SQS::Queue")

    assert set(queues) == {
        "SpooledSubmissions",
        "FailedSubmissions",
        "FailedStreamBatches",
        "UndeliveredAlerts",
        "UndeliveredWebhooks",
        "CanaryAlerts",
    }
    for name, queue in queues.items():
        assert queue["MessageRetentionPeriod"] == (HOUR if name == "CanaryAlerts" else 14 * DAY)
        holds_answers = name in {"SpooledSubmissions", "FailedSubmissions"}
        assert queue["KmsMasterKeyId"] == {"Ref": "RecordsKey" if holds_answers else "SignalsKey"}


def test_the_spool_retries_for_a_day_and_drains_quickly() -> None:
    """The timeout is short, so that staff are alerted within two minutes after an outage."""
    spool, replay = of_type("AWS::SQS::Queue")["SpooledSubmissions"], FUNCTIONS["ReplaySubmissions"]
    mapping = of_type("AWS::Lambda::EventSourceMapping")["ReplaySubmissionsSpooled"]

    assert spool["RedrivePolicy"]["deadLetterTargetArn"] == FAILED
    assert spool["VisibilityTimeout"] >= 6 * replay["Timeout"]
    assert spool["VisibilityTimeout"] + replay["Timeout"] <= 2 * MINUTE
    assert spool["VisibilityTimeout"] * spool["RedrivePolicy"]["maxReceiveCount"] >= DAY
    assert mapping["EventSourceArn"] == SPOOL
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 1
    assert "FilterCriteria" not in mapping


def test_spooled_submissions_outlive_the_stack() -> None:
    for name in ("SpooledSubmissions", "FailedSubmissions"):
        written = SOURCE["Resources"][name]
        assert (written["DeletionPolicy"], written["UpdateReplacePolicy"]) == ("Retain", "Retain")
