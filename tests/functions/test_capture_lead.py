"""Tests POST /submissions, on moto."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions import capture_lead
from functions.capture_lead import handler
from shared.adapters.spool import SpoolQueue
from tests.aws import Aws, flat
from tests.functions.calls import (
    CONTEXT,
    EMERGENCY,
    LEAD_ID,
    NOT_A_FIT,
    PRIORITY,
    ROUTINE,
    URGENT,
    Json,
    content,
    event,
    minor_submission,
    pointers,
    posting,
    submission,
)
from tests.functions.conftest import Clock
from tests.leads import RULEBOOK, varied

pytestmark = pytest.mark.usefixtures("clock")

# Texts typed by a patient. No response and no log may repeat them.
CANARY = "canaryvalue"


def send(body: object) -> Json:
    answer: Json = handler(posting("capture_lead", body), CONTEXT)
    return answer


def rule_ids(lead: Json) -> list[str]:
    return [rule["id"] for rule in lead["triage"]["safety_rules"]]


# --- valid submissions ---


def test_a_new_submission_is_stored_and_answered_with_a_receipt(aws: Aws) -> None:
    response = handler(event("capture_lead"), CONTEXT)
    assert response["statusCode"] == 201
    assert response["headers"]["content-type"] == "application/json"
    assert response["headers"]["cache-control"] == "no-store"
    receipt = content(response)
    assert receipt["disposition"] == "next-business-day-call"
    assert receipt["messages"][-1]["id"] == "M-NET"
    assert receipt["received_at"] == "2026-01-14T16:00:00Z"
    [lead] = aws.leads()
    assert lead["reference"] == receipt["reference"]
    assert lead["answers"] == submission()["answers"]
    assert lead["contact"]["phone"] == "+13125550142"
    assert lead["attribution"]["utm_source"] == "newsletter"


def test_capturing_takes_one_aws_call(aws: Aws) -> None:
    send(submission())
    assert aws.wire.calls == ["dynamodb.PutItem"]


def test_a_body_in_base64_is_the_same_submission(aws: Aws) -> None:
    plain = send(submission())
    encoded = handler(posting("capture_lead", submission(), encoded=True), CONTEXT)
    assert (plain["statusCode"], encoded["statusCode"]) == (201, 200)
    assert encoded["body"] == plain["body"]


@pytest.mark.parametrize(
    ("answers", "tier", "disposition"),
    [
        (EMERGENCY, "EMERGENCY", "seek-emergency-care"),
        (URGENT, "URGENT", "same-day-call"),
        (PRIORITY, "PRIORITY", "next-business-day-call"),
        (ROUTINE, "ROUTINE", "contact-within-two-business-days"),
        (NOT_A_FIT, "NOT_A_FIT", "not-a-fit"),
    ],
)
def test_every_tier_is_stored_with_its_disposition(aws: Aws, answers: Json, tier: str, disposition: str) -> None:
    assert content(send(submission(answers)))["disposition"] == disposition
    assert aws.leads()[0]["triage"]["tier"] == tier


def test_only_a_lead_that_needs_an_alert_is_in_the_due_index(aws: Aws) -> None:
    send(submission(URGENT))
    send(submission(NOT_A_FIT, submission_id=str(uuid.uuid4())))
    indexed = {item["lead_id"]["S"]: "next_at" in item for item in aws.items()}
    assert indexed.pop(LEAD_ID) is True
    assert list(indexed.values()) == [False]


def test_the_receipt_reveals_no_tier_score_or_rules(aws: Aws) -> None:
    receipt = content(send(submission(URGENT)))
    assert set(receipt) == {"reference", "disposition", "messages", "received_at"}
    assert all(set(message) == {"id", "text"} for message in receipt["messages"])
    [lead] = aws.leads()
    text = json.dumps(receipt)
    assert rule_ids(lead) == ["INF-02"]
    assert not [word for word in ("INF-02", "URGENT", "fit_score", "PRIORITY") if word in text]


def test_partial_answers_are_stored_and_gaps_raise_the_tier(aws: Aws) -> None:
    body = submission() | {"answers": {"age": 62, "region": ["lumbar"]}}
    assert send(body)["statusCode"] == 201
    [lead] = aws.leads()
    assert lead["triage"]["tier"] == "URGENT"
    assert any(rule.startswith("UNK-") for rule in rule_ids(lead))


def test_outside_opening_hours_the_closed_clinic_sentence_is_first(clock: Clock) -> None:
    opened = content(send(submission(URGENT)))["messages"][0]["text"]
    clock.at = datetime(2026, 1, 19, 16, 0, tzinfo=UTC)  # a holiday in the settings
    closed = content(send(submission(URGENT, submission_id=str(uuid.uuid4()))))["messages"][0]["text"]
    assert "We will call you." in opened
    assert "We are closed now." in closed
    assert "call you" not in closed


def test_no_call_is_promised_to_an_email_address() -> None:
    contact = {"name": "Jordan Example", "email": "jordan@example.com"}
    advice = content(send(submission(URGENT, contact=contact)))["messages"][0]["text"]
    assert "See your doctor" in advice
    assert "call you" not in advice


# --- repeats ---


def test_a_repeat_gets_the_same_receipt_and_no_second_lead(aws: Aws, clock: Clock) -> None:
    first = send(submission())
    clock.at = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
    again = send(submission())
    assert (first["statusCode"], again["statusCode"]) == (201, 200)
    assert again["body"] == first["body"]
    assert len(aws.items()) == 1


def test_equal_content_in_another_notation_is_a_repeat(aws: Aws) -> None:
    send(submission())
    body = submission()
    body["answers"] = dict(reversed(body["answers"].items())) | {"pain": 6.0, "age": 62.0}
    body["contact"] = dict(reversed(body["contact"].items())) | {"phone": "+1 312-555-0142", "name": " Jordan Example "}
    body["submission_id"] = LEAD_ID.upper()
    assert send(body)["statusCode"] == 200
    assert len(aws.items()) == 1


@pytest.mark.parametrize(
    "other",
    [
        submission(URGENT),
        submission(contact={"phone": "312 555 0199"}),
        submission(consents={"contact": True, "sms": True, "marketing": False}),
        submission(attribution={"utm_source": "other"}),
    ],
    ids=["answers", "contact", "consents", "attribution"],
)
def test_other_content_under_the_same_id_is_a_conflict(aws: Aws, other: Json) -> None:
    send(submission())
    before = aws.items()
    response = send(other)
    assert response["statusCode"] == 409
    assert "submission_id" in content(response)["detail"]
    assert aws.items() == before


def sent_at_once(aws: Aws, bodies: list[Json]) -> list[Json]:
    """Returns the answers to requests of which each is about to write its lead when the next one begins."""
    waiting, answers = list(bodies), list[Json]()

    def another_begins(operation: str) -> None:
        if operation == "dynamodb.PutItem" and waiting:
            answers.append(send(waiting.pop()))

    aws.wire.before = another_begins
    answers.append(send(waiting.pop()))
    assert waiting == []
    return answers


def test_of_many_concurrent_repeats_one_is_new_with_equal_receipts(aws: Aws) -> None:
    responses = sent_at_once(aws, [submission()] * 8)
    assert sorted(response["statusCode"] for response in responses) == [200] * 7 + [201]
    assert len({response["body"] for response in responses}) == 1
    assert len(aws.items()) == 1


def test_of_two_contents_racing_for_one_id_one_is_refused(aws: Aws) -> None:
    responses = sent_at_once(aws, [submission(), submission(URGENT)])
    assert sorted(response["statusCode"] for response in responses) == [201, 409]
    assert len(aws.items()) == 1


def test_a_write_whose_reply_was_lost_is_not_a_conflict(aws: Aws) -> None:
    # the SDK retries and finds that its own first attempt has written the lead
    aws.wire.reply_lost = {"dynamodb.PutItem"}
    response = send(submission())
    assert response["statusCode"] == 200
    assert aws.wire.calls == ["dynamodb.PutItem"] * 2
    assert content(response)["reference"] == aws.leads()[0]["reference"]


# --- minors ---


@pytest.mark.parametrize(
    ("answers", "notice"),
    [
        ({"age": 17}, "M-NF-MINOR"),
        ({"who": "guardian"}, "M-NF-GUARDIAN"),
        ({"age": 16, "who": "guardian"}, "M-NF-GUARDIAN"),
        ({"age": 16, "who": "caregiver"}, "M-NF-GUARDIAN"),
    ],
)
def test_nothing_is_stored_about_a_minor(aws: Aws, answers: Json, notice: str) -> None:
    response = send(submission(answers))
    assert response["statusCode"] == 200
    assert content(response)["reference"] is None
    assert [message["id"] for message in content(response)["messages"]] == [notice, "M-NET"]
    assert aws.wire.calls == []


def test_a_minor_sends_no_contact_and_still_gets_emergency_advice(aws: Aws) -> None:
    receipt = content(send(minor_submission(**EMERGENCY)))
    assert receipt["disposition"] == "seek-emergency-care"
    assert [message["id"] for message in receipt["messages"]] == ["M-E-HEART", "M-NF-GUARDIAN", "M-NET"]
    assert aws.items() == []


def test_no_call_is_promised_to_a_minor(aws: Aws) -> None:
    text = json.dumps(content(send(minor_submission(**URGENT)))["messages"])
    assert "See your doctor" in text
    assert "A child with back pain and these signs should be seen by a doctor today." in text
    assert "We will call" not in text


# --- what cannot be scored becomes URGENT ---


def test_answers_of_another_version_become_urgent_and_are_not_refused(aws: Aws) -> None:
    answers = ROUTINE | {"new-question": ["something"], "duration": "next-year"}
    response = send(submission(answers, questionnaire={"id": "fs-intake", "version": "0.9.0"}))
    assert response["statusCode"] == 201
    [lead] = aws.leads()
    assert lead["triage"]["tier"] == "URGENT"
    assert "OPS-03" in rule_ids(lead)
    assert lead["answers"]["new-question"] == ["something"]


def test_an_emergency_in_another_versions_answers_remains_one() -> None:
    body = submission(EMERGENCY | {"new-question": "x"}, questionnaire={"id": "fs-intake", "version": "9.0.0"})
    assert content(send(body))["disposition"] == "seek-emergency-care"


def test_another_version_whose_answers_all_fit_is_scored_normally() -> None:
    body = submission(ROUTINE, questionnaire={"id": "fs-intake", "version": "2.0.1"})
    assert content(send(body))["disposition"] == "contact-within-two-business-days"


def test_a_scoring_failure_stores_an_urgent_lead(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr("shared.usecases.scoring.triage", broken)
    monkeypatch.setattr("shared.domain.rules.triage.triage", broken)
    response = send(submission(ROUTINE))
    assert response["statusCode"] == 201
    assert content(response)["disposition"] == "same-day-call"
    assert [message["id"] for message in content(response)["messages"]] == ["M-U-UNSURE", "M-NET"]
    assert rule_ids(aws.leads()[0]) == ["OPS-03"]


# --- invalid fields ---


def assert_problem(response: Json, status: int) -> Json:
    """Checks that the problem has advice and a phone number, and repeats no input."""
    problem = content(response)
    assert response["statusCode"] == problem["status"] == status
    assert response["headers"]["content-type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= set(problem)
    assert "call 911" in problem["emergency_advice"]
    assert problem["clinic_phone"] == "(312) 555-0100"
    assert CANARY not in response["body"]
    return problem


def with_contact(**contact: object) -> Json:
    return submission(contact={"phone": "312 555 0142", **contact})


BAD_FIELDS: list[tuple[object, list[str]]] = [
    (submission(submission_id=CANARY), ["/submission_id"]),
    (submission(submission_id=None), ["/submission_id"]),
    (submission(questionnaire=None), ["/questionnaire"]),
    (submission(questionnaire={"id": CANARY, "version": "1.0.0"}), ["/questionnaire/id"]),
    (submission(questionnaire={"id": "fs-intake", "version": CANARY}), ["/questionnaire/version"]),
    (submission({"age": CANARY}), ["/answers/age"]),
    (submission({"age": 121}), ["/answers/age"]),
    (submission({"age": -1}), ["/answers/age"]),
    (submission({"age": True}), ["/answers/age"]),
    (submission({"age": 8.5}), ["/answers/age"]),
    (submission({"pain": 11}), ["/answers/pain"]),
    (submission({"who": ["self"]}), ["/answers/who"]),
    (submission({"ces": "none"}), ["/answers/ces"]),
    (submission({"ces": [CANARY]}), ["/answers/ces"]),
    (submission({"ces": ["none", 1]}), ["/answers/ces"]),
    (submission({"ces": ["none"] * 41}), ["/answers/ces"]),
    (submission({"ces": [CANARY * 10]}), ["/answers/ces"]),
    (submission({"ces": {CANARY: 1}}), ["/answers/ces"]),
    (submission({"note": 5}), ["/answers/note"]),
    (submission({"note": CANARY + "x" * 500}), ["/answers/note"]),
    (submission({"note": CANARY + "x" * 2_000}), ["/answers/note"]),
    (submission({"note": CANARY + "\x00"}), ["/answers/note"]),
    (submission({"no-such-question": CANARY}), ["/answers/no-such-question"]),
    (submission({f"{CANARY} {CANARY}": 1}), ["/answers"]),
    (submission({f"q{number}": 1 for number in range(101)}), ["/answers"]),
    (submission(contact=None), ["/contact"]),
    (submission(contact={"name": CANARY}), ["/contact"]),
    (submission(contact={"phone": " ", "email": ""}), ["/contact"]),
    (submission(contact=[CANARY]), ["/contact"]),
    (with_contact(phone=CANARY), ["/contact/phone"]),
    (with_contact(phone="555 0142"), ["/contact/phone"]),
    (with_contact(phone="312 555 0142 ext seven"), ["/contact/phone"]),
    (with_contact(phone="1" * 33), ["/contact/phone"]),
    (with_contact(email=CANARY), ["/contact/email"]),
    (with_contact(email=f"{CANARY}@localhost"), ["/contact/email"]),
    (with_contact(name=CANARY * 20), ["/contact/name"]),
    (with_contact(name=5), ["/contact/name"]),
    (with_contact(postal=f"{CANARY}-60601"), ["/contact/postal"]),
    (with_contact(preference=CANARY), ["/contact/preference"]),
    (with_contact(best_time=CANARY), ["/contact/best_time"]),
    (with_contact(fax=CANARY), ["/contact/fax"]),
    (with_contact(**{f"{CANARY} X": 1}), ["/contact"]),
    (submission(consents=None), ["/consents/contact"]),
    (submission(consents={"contact": False}), ["/consents/contact"]),
    (submission(consents={"contact": "yes"}), ["/consents/contact"]),
    (submission(consents={"contact": 1}), ["/consents/contact"]),
    (submission(consents={"contact": True, "sms": CANARY}), ["/consents/sms"]),
    (submission(language=CANARY), ["/language"]),
    (submission(extra=CANARY), ["/extra"]),
    ([], [""]),
    ("null", [""]),
    ("", [""]),
    ('{"submission_id": "' + CANARY, [""]),
]


@pytest.mark.parametrize(("body", "expected"), BAD_FIELDS)
def test_an_invalid_field_is_named_without_its_value(aws: Aws, body: object, expected: list[str]) -> None:
    response = send(body)
    assert_problem(response, 422)
    assert pointers(response) == expected
    assert aws.wire.calls == []


def test_every_invalid_field_is_named_once(logs: Callable[[], str]) -> None:
    body = submission(
        {"ces": [1, 2, CANARY], "pain": CANARY},
        submission_id=CANARY,
        contact={"phone": CANARY, "email": CANARY, "name": "", "preference": CANARY},
        consents={"contact": CANARY, "sms": CANARY},
    )
    response = send(body)
    assert_problem(response, 422)
    # `pain` is sent as text. Only the questionnaire can reject that, and it is checked once everything else is valid.
    expected = ["/submission_id", "/answers/ces", "/contact/phone", "/contact/email", "/contact/preference"]
    assert pointers(response) == [*expected, "/consents/contact", "/consents/sms"]
    assert CANARY not in logs()


BROKEN: list[Json] = [
    {"submission_id": "no"},
    {"contact": {"phone": "12"}},
    {"contact": None, "consents": None, "questionnaire": None},
    {"questionnaire": {"id": "no-such-form", "version": "1.0.0"}},
    {"extra": 1},
    {"consents": {"contact": "yes"}},
]


@pytest.mark.parametrize("changes", BROKEN)
@pytest.mark.parametrize("route", ["POST /submissions", "POST /callbacks"])
def test_an_emergency_in_refused_answers_gets_its_advice(aws: Aws, changes: Json, route: str) -> None:
    answers = submission()["answers"] | {"em-now": ["chest-pressure", 5, "toe"], "age": "sixty", CANARY: 1}
    call = posting("capture_lead", submission() | {"answers": answers, "language": "es-MX"} | changes)
    response = handler(call | {"routeKey": route}, CONTEXT)
    problem = content(response)
    assert response["statusCode"] == 422
    assert problem["messages"][0]["id"] == "M-E-HEART"
    assert problem["emergency_advice"] == " ".join(message["text"] for message in problem["messages"])
    assert "Llame al 911" in problem["emergency_advice"]
    assert CANARY not in json.dumps(problem["messages"])
    assert aws.items() == []


def test_refused_answers_without_an_emergency_get_the_general_advice() -> None:
    problem = content(send(submission(contact={"phone": "12"})))
    assert "messages" not in problem
    assert problem["emergency_advice"] == RULEBOOK.emergency_advice


def test_every_answer_that_the_questionnaire_rejects_is_named() -> None:
    response = send(submission({"pain": "six", "ces": ["nothing"], "region": "lumbar"}))
    assert pointers(response) == ["/answers/region", "/answers/ces", "/answers/pain"]


# --- unreadable requests ---


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "application/jsonx"])
def test_another_media_type_is_refused(media_type: str) -> None:
    posted = event("capture_lead")
    posted["headers"]["content-type"] = media_type
    assert_problem(handler(posted, CONTEXT), 415)


def test_a_missing_media_type_is_refused() -> None:
    posted = event("capture_lead")
    del posted["headers"]["content-type"]
    assert_problem(handler(posted, CONTEXT), 415)
    assert_problem(handler(posted | {"headers": None}, CONTEXT), 415)


def test_a_charset_after_the_media_type_is_accepted() -> None:
    posted = event("capture_lead")
    posted["headers"]["content-type"] = "Application/JSON; charset=utf-8"
    assert handler(posted, CONTEXT)["statusCode"] == 201


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_of_64_kib_is_read_and_one_byte_more_is_refused(encoded: bool) -> None:
    text = json.dumps(submission())
    text += " " * (64 * 1024 - len(text))
    assert handler(posting("capture_lead", text, encoded=encoded), CONTEXT)["statusCode"] == 201
    assert_problem(handler(posting("capture_lead", text + " ", encoded=encoded), CONTEXT), 413)
    assert_problem(handler(posting("capture_lead", text * 9, encoded=encoded), CONTEXT), 413)


def test_the_limit_counts_bytes() -> None:
    assert_problem(send('"' + "\u00e9" * (33 * 1024) + '"'), 413)


@pytest.mark.parametrize("body", ["not base64!", "YWJ", "\u00e9\u00e9\u00e9\u00e9"])
def test_bad_base64_is_refused(body: str) -> None:
    assert_problem(handler(event("capture_lead") | {"body": body, "isBase64Encoded": True}, CONTEXT), 400)


def test_no_body_is_refused() -> None:
    posted = event("capture_lead")
    del posted["body"]
    assert_problem(handler(posted, CONTEXT), 422)


def with_raw_answer(text: str) -> str:
    return json.dumps(submission({"pain": "PLACE"})).replace('"PLACE"', text)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 50_000,
        '{"answers":' * 5_000,
        with_raw_answer("[" * 10_000 + "]" * 10_000),
        with_raw_answer("NaN"),
        with_raw_answer("Infinity"),
        with_raw_answer("-Infinity"),
        with_raw_answer("1e999"),
        with_raw_answer("-1e999"),
        with_raw_answer("1e300"),
        with_raw_answer("1" * 400),
        with_raw_answer("1" * 5_000),
        with_raw_answer("-" + "9" * 30),
        with_raw_answer("01"),
        with_raw_answer("6.000000001"),
        with_raw_answer("null"),
        with_raw_answer('"\\ud800"'),
        with_raw_answer('"\\udc00\\ud800"'),
        with_raw_answer("'6'"),
        with_raw_answer("6,"),
        with_raw_answer("6 /* six */"),
        "\ufeff\ufeff" + json.dumps(submission()),
        json.dumps(submission()) + "{}",
        json.dumps(submission(contact={"phone": "312 555 0142", "name": "\ud800"})),
        json.dumps(submission()).encode("utf-16"),
        json.dumps(submission()).replace("Jordan", "J\u00f6rdan").encode("latin-1"),
        b"\xff\xfe\x00",
        b"\xed\xa0\x80",
        "\ud800",
    ],
)
def test_malicious_json_is_refused_and_nothing_is_stored(aws: Aws, body: str | bytes) -> None:
    assert_problem(handler(posting("capture_lead", body), CONTEXT), 422)
    assert aws.wire.calls == []


@pytest.mark.parametrize("encoded", [False, True])
def test_json_with_a_byte_order_mark_is_read(aws: Aws, encoded: bool) -> None:
    body = "\ufeff" + json.dumps(submission())
    assert handler(posting("capture_lead", body, encoded=encoded), CONTEXT)["statusCode"] == 201


@pytest.mark.parametrize("number", ["8.0", "8", "8e0", "0.8e1"])
def test_an_integer_may_have_any_json_notation(aws: Aws, number: str) -> None:
    assert send(with_raw_answer(number))["statusCode"] == 201
    assert aws.leads()[0]["answers"]["pain"] == 8


def test_the_last_of_duplicate_keys_counts(aws: Aws) -> None:
    assert send(with_raw_answer('2, "pain": 9'))["statusCode"] == 201
    assert aws.leads()[0]["answers"]["pain"] == 9


@pytest.mark.parametrize(
    "name",
    ["\u5f20\u4f1f", "\u0645\u062d\u0645\u062f", "O'Brien-\u0141\u00f3\u015b", "\U0001f600", "=cmd|' /C calc'!A0"],
)
def test_a_name_in_any_script_is_stored_unchanged(aws: Aws, name: str) -> None:
    assert send(with_contact(name=f"  {name} "))["statusCode"] == 201
    assert aws.leads()[0]["contact"]["name"] == name


# --- outages ---


BOTH = {"dynamodb.PutItem", "sqs.SendMessage"}


def test_an_unreachable_table_gives_202_with_the_same_receipt(aws: Aws) -> None:
    stored = send(submission(URGENT))
    aws.wire.down = {"dynamodb.PutItem"}
    spooled = send(submission(URGENT))
    assert (stored["statusCode"], spooled["statusCode"]) == (201, 202)
    assert spooled["body"] == stored["body"]
    assert aws.wire.calls[1:] == ["dynamodb.PutItem"] * 2 + ["sqs.SendMessage"]
    assert [flat(entry) for entry in aws.spooled()] == aws.leads()


def test_a_missing_table_gives_202(aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName="leads")
    assert send(submission())["statusCode"] == 202
    assert len(aws.spooled()) == 1


def test_a_write_with_unknown_outcome_is_spooled(aws: Aws) -> None:
    """Both attempts to write reach the table, and both replies are lost."""

    def lose(operation: str) -> None:
        aws.wire.reply_lost = {"dynamodb.PutItem"} if operation == "dynamodb.PutItem" else set()

    aws.wire.before = lose
    assert send(submission())["statusCode"] == 202
    aws.wire.before, aws.wire.reply_lost = None, set()
    assert len(aws.leads()) == len(aws.spooled()) == 1


def test_the_largest_body_and_odd_characters_can_be_spooled(aws: Aws) -> None:
    """Spools the largest accepted body, made of the characters that take the most space; SQS refuses some of them
    unescaped."""
    answers = {f"q{number}": "\U0001f600" * 400 for number in range(38)} | {"note": "\uffff\ufffe"}
    body = submission(answers, questionnaire={"id": "fs-intake", "version": "0.9.0"}, website="\x01\x7f")
    posted = json.dumps(body, ensure_ascii=False).encode()
    assert 60_000 < len(posted) < 64 * 1024
    aws.wire.down = {"dynamodb.PutItem"}
    assert send(posted)["statusCode"] == 202
    [entry] = aws.spooled()
    assert entry.isascii()
    assert 180_000 < len(entry) < 256 * 1024
    assert flat(entry)["answers"]["note"] == "\uffff\ufffe"


def test_without_table_and_spool_the_answer_is_503_with_advice(aws: Aws, logs: Callable[[], str]) -> None:
    aws.wire.down = BOTH
    response = send(submission())
    assert_problem(response, 503)
    assert int(response["headers"]["retry-after"]) > 0
    assert aws.wire.calls == ["dynamodb.PutItem"] * 2 + ["sqs.SendMessage"]
    line = json.loads(logs().splitlines()[0])
    assert line["level"] == "ERROR"
    assert (line["error"], line["cause"]) == ("StoreUnavailable", "ConnectTimeoutError")
    assert line["place"].startswith("spool.py:")


def test_after_a_failure_the_same_submission_can_be_sent_again(aws: Aws) -> None:
    aws.wire.down = BOTH
    assert send(submission())["statusCode"] == 503
    aws.wire.down = set()
    assert send(submission())["statusCode"] == 201


def test_the_log_names_the_error_of_aws(aws: Aws, logs: Callable[[], str]) -> None:
    aws.dynamodb.delete_table(TableName="leads")
    aws.remove_spool()
    assert_problem(send(submission()), 503)
    assert "NonExistentQueue" in json.loads(logs().splitlines()[0])["cause"]


def test_after_a_slow_call_the_table_is_not_called_again(aws: Aws, clock: Clock) -> None:
    """An unfinished form takes two calls to the table. After a slow first call, a second would keep the patient waiting
    too long."""
    send(submission(complete=False))

    def slow(operation: str) -> None:
        clock.at += timedelta(seconds=0.5 if operation == "dynamodb.PutItem" else 0)

    aws.wire.calls.clear()
    aws.wire.before = slow
    assert send(submission())["statusCode"] == 202
    assert aws.wire.calls == ["dynamodb.PutItem", "sqs.SendMessage"]


def test_after_a_quick_call_the_table_is_called_again(aws: Aws, clock: Clock) -> None:
    send(submission(complete=False))

    def usual(operation: str) -> None:
        clock.at += timedelta(seconds=0.2)

    aws.wire.calls.clear()
    aws.wire.before = usual
    assert send(submission())["statusCode"] == 200
    assert aws.wire.calls == ["dynamodb.PutItem"] * 2
    assert aws.leads()[0]["complete"] is True


def test_a_normal_capture_creates_no_sqs_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Creating the client would add a tenth of a second to a cold start."""
    spool = SpoolQueue(lambda: pytest.fail("nobody needs it"), "queue")
    monkeypatch.setattr(capture_lead, "intake", varied(capture_lead.intake, spool=spool))
    assert send(submission())["statusCode"] == 201


def test_a_spooled_lead_is_counted_as_spooled(aws: Aws, logs: Callable[[], str]) -> None:
    aws.wire.down = {"dynamodb.PutItem"}
    reference = content(send(submission(URGENT)))["reference"]
    lines = [json.loads(line) for line in logs().splitlines()]
    [line] = [line for line in lines if line.get("message") == "spooled"]
    assert (line["level"], line["reference"], line["tier"]) == ("WARNING", reference, "URGENT")
    [metric] = [line for line in lines if "_aws" in line]
    assert (metric["spooled"], metric["page_active"]) == ([1.0], [1.0])
    assert "captured" not in metric


def test_our_own_defect_gives_503_with_advice_and_a_logged_place(
    monkeypatch: pytest.MonkeyPatch, logs: Callable[[], str]
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr("functions.capture_lead.capture_lead", broken)
    assert_problem(send(submission()), 503)
    line = json.loads(logs().splitlines()[0])
    assert line["error"] == "KeyError"
    assert line["place"].startswith("test_capture_lead.py:")
    assert CANARY not in json.dumps(line)


def test_an_unreadable_stored_lead_is_our_own_defect(aws: Aws) -> None:
    send(submission())
    aws.corrupt(LEAD_ID, json.dumps({"lead_id": CANARY}))
    assert_problem(send(submission()), 503)


# --- logs and metrics ---


def test_a_captured_lead_is_logged_and_counted_by_its_tier_once(logs: Callable[[], str]) -> None:
    reference = content(send(submission(URGENT)))["reference"]
    lines = [json.loads(line) for line in logs().splitlines()]
    [line] = [line for line in lines if line.get("message") == "captured"]
    assert (line["reference"], line["tier"]) == (reference, "URGENT")
    [metric] = [line for line in lines if "_aws" in line]
    assert (metric["captured"], metric["captured_URGENT"]) == ([1.0], [1.0])
    send(submission(URGENT))
    assert not [line for line in logs().splitlines() if '"captured"' in line]


def test_an_unknown_questionnaire_is_named() -> None:
    response = send(submission(questionnaire={"id": "no-such-form", "version": "1.0.0"}))
    assert_problem(response, 422)
    assert pointers(response) == ["/questionnaire/id"]


# --- emergency advice comes first ---


@pytest.mark.parametrize(
    ("answers", "message"),
    [({"note": "I want to die"}, "M-E-CRISIS"), ({"em-now": ["chest-pressure"]}, "M-E-HEART")],
)
@pytest.mark.parametrize("without", [{"contact": None}, {"consents": None}, {"consents": {"contact": False}}])
def test_an_emergency_is_answered_with_advice_before_contact_is_asked_for(
    aws: Aws, answers: Json, message: str, without: Json
) -> None:
    response = send(submission(answers, **without))
    assert response["statusCode"] == 200
    receipt = content(response)
    assert (receipt["reference"], receipt["disposition"]) == (None, "seek-emergency-care")
    assert receipt["messages"][0]["id"] == message
    assert "try to reach you" not in response["body"]
    assert aws.leads() == []


def test_a_minor_is_not_stored_even_when_scoring_fails(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("shared.usecases.scoring.triage", broken)
    monkeypatch.setattr("shared.domain.rules.triage.triage", broken)
    response = send(submission({"age": 16, "who": "guardian"}))
    assert (response["statusCode"], content(response)["reference"]) == (200, None)
    assert aws.leads() == []


@pytest.mark.parametrize("nonsense", [[], "x", {}, {"headers": None, "queryStringParameters": {"language": None}}])
def test_an_event_that_is_not_a_request_is_answered(nonsense: Any) -> None:
    assert handler(nonsense, CONTEXT)["statusCode"] in (400, 415, 503)
