from __future__ import annotations

from functions.draw_form import handler
from tests.aws import Aws
from tests.functions.calls import CONTEXT, Json, content, event


def ask(questionnaire: str = "fs-intake", **headers: str) -> Json:
    asked = event("draw_form.questionnaire")
    asked["pathParameters"]["id"] = questionnaire
    asked["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer: Json = handler(asked, CONTEXT)
    return answer


def test_it_has_everything_to_draw_the_form(aws: Aws) -> None:
    response = ask()
    assert response["statusCode"] == 200
    assert response["headers"]["content-type"] == "application/json"
    form = content(response)
    assert form["id"] == "fs-intake"
    assert [page["id"] for page in form["pages"]] == [f"P{number}" for number in range(1, 10)]
    questions = {question["code"]: question for page in form["pages"] for question in page["questions"]}
    assert [page["id"] for page in form["pages"] if page["after_send"]] == ["P9"]
    assert {option.get("message") for option in questions["em-now"]["options"]} == {"M-E-HEART", "M-E-CRISIS", None}
    assert questions["motor"]["text_other"].startswith("Is any part of their body weak?")
    assert questions["preg"]["shown_when"] == {"question": "age", "at_least": 18, "at_most": 55}
    assert [field["code"] for field in form["contact"]["fields"]][:3] == ["name", "helper_name", "relation"]
    assert [consent["required"] for consent in form["contact"]["consents"]] == [True, False, False]
    assert aws.wire.calls == []


def test_rules_and_weights_are_not_published() -> None:
    body = ask()["body"]
    assert not [word for word in ("CES-01", "FIT-01", "points", "floor", "missing_counts_as") if word in body]


def test_it_may_be_cached_for_minutes() -> None:
    assert ask()["headers"]["cache-control"] == "public, max-age=300"


def test_an_unchanged_file_gives_304() -> None:
    etag = ask()["headers"]["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        again = ask(if_none_match=known)
        assert (again["statusCode"], again["body"]) == (304, "")
        assert again["headers"]["etag"] == etag
    assert ask(if_none_match='"other"')["statusCode"] == 200


def test_an_unknown_questionnaire_is_404_with_advice() -> None:
    for name in ("no-such-form", "", "../fs-intake"):
        response = ask(name)
        assert response["statusCode"] == 404
        assert response["headers"]["content-type"] == "application/problem+json"
        assert response["headers"]["cache-control"] == "no-store"
        assert "call 911" in content(response)["emergency_advice"]
