"""Tests that any plain form gets a page with emergency advice and without a script."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions import capture_lead, draw_form
from shared.rulebook.loading import load
from tests.depth import DEPTH
from tests.functions.calls import CONTEXT
from tests.functions.plain_browser import Fields, body_post, form_post

RULE_SET = load().of("fs-intake")
assert RULE_SET is not None
QUESTIONNAIRE = RULE_SET.questionnaire
CODES = [f"answers.{code}" for code in QUESTIONNAIRE.questions]
OPTIONS = sorted({option.code for question in QUESTIONNAIRE.questions.values() for option in question.options})
NAMES = [
    *CODES,
    *("contact.name", "contact.phone", "contact.email", "contact.preference", "contact.fax", "contact."),
    *("consents.contact", "consents.sms", "consents.x", "answers.", "answers.x", "answers.__proto__", ""),
    *("step", "asked", "back", "show", "emergency", "follow_ups", "minor_notice_shown", "mode", "website", "token"),
    *(
        "submission_id",
        "questionnaire",
        "version",
        "language",
        "page",
        "return_to",
        "utm_source",
        "gclid",
        "referrer_host",
    ),
]
WORDS = [*OPTIONS, *QUESTIONNAIRE.page_ids, *QUESTIONNAIRE.questions, "all", "fs-intake", "1.0.0", "9.9.9", "es", "yes"]
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-5, 200).map(str),
    st.text(max_size=60),
    st.sampled_from(
        ["312 555 0142", "jo@example.com", "<script>alert(1)</script>", '"><b>', "{question}", "\0", "x" * 3000]
    ),
)
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=40)

pytestmark = pytest.mark.slow


def judge(answer: dict[str, Any]) -> None:
    assert answer["statusCode"] in (200, 303, 409, 422)
    if answer["statusCode"] == 303:
        return
    assert "text/html" in answer["headers"]["content-type"]
    page = BeautifulSoup(answer["body"], "html.parser")
    assert not page.select("script, b")
    assert "911" in page.get_text()
    assert len(page.select("h1")) == 1
    for link in page.select(".summary a"):
        assert page.find(id=str(link["href"])[1:])


@settings(
    max_examples=12 if DEPTH == 1 else 600,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(FIELDS, st.sampled_from(["/form", "/submissions"]))
def test_any_fields_are_answered_with_a_page(fields: Fields, path: str) -> None:
    handler = draw_form.handler if path == "/form" else capture_lead.handler
    judge(handler(form_post(path, fields), CONTEXT))


@settings(max_examples=20 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300), st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]))
@pytest.mark.parametrize("path", ["/form", "/submissions"])
def test_any_body_is_answered_with_a_page(path: str, body: str, content_type: str) -> None:
    handler = draw_form.handler if path == "/form" else capture_lead.handler
    for text in (body, f'--x\r\nContent-Disposition: form-data; name="{body}"\r\n\r\n{body}\r\n--x--\r\n'):
        answer = handler(body_post(path, text, content_type), CONTEXT)
        assert answer["statusCode"] in (200, 400, 422)
        assert "911" in answer["body"]
