"""Tests the resources for mail to patients."""

from __future__ import annotations

import re
from typing import Any

from shared.adapters.aws import MAILING
from shared.adapters.ses import MAIL_PACE
from tests.least_privilege import statements
from tests.template.stack import EXPANDED, FUNCTIONS, SOURCE, called, of_type

OURS = re.compile(r"Mail|CloseAddress|Unsubscribe")
SES_A_SECOND = 14


def test_without_a_sender_nothing_of_it_exists_but_who_wants_no_more() -> None:
    conditions = {name: entry.get("Condition") for name, entry in EXPANDED["Resources"].items()}
    mail = {name for name in conditions if OURS.search(name) and "AlertEmail" not in name and "AlarmEmail" not in name}
    emails = {name for name in mail if re.fullmatch(r"(Desk|Clinician|Manager)EmailSubscription", name)}

    assert len(mail - emails) >= 20
    assert {name for name in mail - emails if conditions[name] != "HasSenderEmail"} == {"MailKey", "MailAddresses"}
    assert SOURCE["Parameters"]["SenderEmail"]["Default"] == ""
    assert SOURCE["Conditions"]["HasSenderEmail"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SenderEmail"}, ""]}]}


def test_mail_is_sent_from_one_address_only() -> None:
    (send,) = (statement for statement in statements("SendMail") if statement["Action"] == "ses:SendEmail")
    others = [name for name in FUNCTIONS if name != "SendMail" and "ses:" in str(statements(name))]

    assert send["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "SenderEmail"}}}
    identity, configuration_set = send["Resource"]
    assert identity["Fn::Sub"][0].endswith(":identity/${Domain}")
    assert configuration_set["Fn::Sub"].endswith(":configuration-set/${AWS::StackName}-mail")
    assert others == []


def test_bounces_and_complaints_come_to_a_function_by_one_topic() -> None:
    (destination,) = of_type("AWS::SES::ConfigurationSetEventDestination").values()
    event, topic = destination["EventDestination"], {"Ref": "MailEvents"}
    allowed, denied = of_type("AWS::SNS::TopicPolicy")["MailEventsPolicy"]["PolicyDocument"]["Statement"]

    assert (event["Enabled"], event["MatchingEventTypes"]) == (True, ["bounce", "complaint"])
    assert event["SnsDestination"] == {"TopicARN": topic}
    assert destination["ConfigurationSetName"] == {"Ref": "MailSending"}
    assert FUNCTIONS["SendMail"]["Environment"]["Variables"]["MAIL_CONFIGURATION"] == {"Ref": "MailSending"}
    subscription = of_type("AWS::SNS::Subscription")["CloseAddressReturned"]
    assert (subscription["TopicArn"], subscription["Endpoint"]) == (topic, called("CloseAddress"))
    assert allowed["Principal"] == {"Service": "ses.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert denied["Effect"] == "Deny"


def test_mail_is_encrypted_on_its_way_and_nobody_is_tracked() -> None:
    (settings,) = of_type("AWS::SES::ConfigurationSet").values()

    assert settings["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert "TrackingOptions" not in settings
    assert settings["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}


def test_the_sweep_of_mail_runs_every_minute_at_a_pace_that_ses_takes() -> None:
    late = of_type("AWS::Lambda::EventInvokeConfig")["SendMailEventInvokeConfig"]

    assert of_type("AWS::Events::Rule")["SendMailEveryMinute"]["ScheduleExpression"] == "rate(1 minute)"
    assert (late["MaximumRetryAttempts"], late["MaximumEventAgeInSeconds"]) == (0, 60)
    assert FUNCTIONS["SendMail"]["Timeout"] < 60
    assert min(10, SES_A_SECOND) >= 2 / MAIL_PACE  # EventBridge may start a run twice
    mailing: Any = MAILING
    assert mailing.retries == {"total_max_attempts": 1, "mode": "standard"}  # a second attempt could send a mail twice
