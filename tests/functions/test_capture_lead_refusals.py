from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from functions.capture_lead import handler
from tests.aws import Aws
from tests.functions.calls import (
    CONTEXT,
    Json,
    content,
    event,
    pointers,
    posting,
    submission,
)
from tests.functions.submitting import CANARY, assert_problem, send
from tests.leads import RULEBOOK

pytestmark = pytest.mark.usefixtures("clock")


def with_contact(**contact: object) -> Json:
    return submission(contact={"phone": "312 555 0142", **contact})


BAD_FIELDS: list[tuple[object, list[str]]] = [
    (submission(submission_id=CANARY), ["/submission_id"]),
    (submission(submission_id=None), ["/submission_id"]),
    (submission(questionnaire=None), ["/questionnaire"]),
    (submission(questionnaire={"id": CANARY, "version": "1.0.0"}), ["/questionnaire/id"]),
    (submission(questionnaire={"id": "fs-intake", "version": CANARY}), ["/questionnaire/version"]),
    (submission(questionnaire=CANARY), ["/questionnaire"]),
    (submission() | {"answers": [CANARY]}, ["/answers"]),
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
    assert "This value is invalid." not in str(content(response)), "it does not say what to enter"
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
    # `pain` is checked only when the other fields are valid.
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


def test_a_request_is_checked_in_the_order_that_the_reference_gives() -> None:
    """The API reference names this order: types and fields, codes and ranges of answers, consent."""
    answers, consents = {"em-now": ["no-such-code"], "age": 121}, {"contact": False}
    first = send(submission(answers, contact={"email": "nobody"}, consents=consents))
    assert pointers(first) == ["/contact/email"]
    second = send(submission(answers, contact={"email": "nobody@example.com"}, consents=consents))
    assert sorted(pointers(second)) == ["/answers/age", "/answers/em-now"]
    third = send(submission({}, contact={"email": "nobody@example.com"}, consents=consents))
    assert pointers(third) == ["/consents/contact"]


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


@pytest.mark.parametrize(
    "change",
    [
        {"body": {}},
        {"headers": ["accept"]},
        {"queryStringParameters": {"a": 1}},
        {"pathParameters": {"a": None}},
        {"requestContext": {}},
        {"requestContext": "http"},
    ],
)
def test_an_event_that_api_gateway_does_not_send_is_refused(change: Json) -> None:
    problem = assert_problem(handler(posting("capture_lead", submission()) | change, CONTEXT), 400)
    assert problem["detail"] == "Not an API Gateway HTTP API event."


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
