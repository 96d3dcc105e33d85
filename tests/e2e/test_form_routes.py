"""Tests the routes that a page calls before Send, and their allowed origins."""

from __future__ import annotations

from http import HTTPStatus

from dev.cloud import LocalCloud
from tests.e2e.conftest import Json, Service
from tests.functions.calls import VERSION

QUESTIONNAIRE = {"id": "fs-intake", "version": VERSION}


def test_the_questionnaire_is_sent_once_and_then_revalidated(service: Service) -> None:
    first = service.get("questionnaires/fs-intake")
    again = service.get("questionnaires/fs-intake", {"if-none-match": first.headers["etag"]})

    assert first.status == HTTPStatus.OK
    assert first.headers["cache-control"] == "public, max-age=300"
    assert [page["id"] for page in first.json["pages"]] == [f"P{number}" for number in range(1, 10)]
    assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")


def test_another_questionnaire_is_not_found(service: Service) -> None:
    assert service.get("questionnaires/knees").status == HTTPStatus.NOT_FOUND


def test_a_red_flag_interrupts_at_once(service: Service) -> None:
    answers = {"age": 45, "ces": ["saddle-numb", "bladder-retention"], "ces-onset": "lt2w"}

    answer = service.post("screenings", {"questionnaire": QUESTIONNAIRE, "answers": answers, "page": "P2"})

    assert answer.status == HTTPStatus.OK
    assert answer.json["disposition"] == "seek-emergency-care"
    assert answer.json["messages"][-1]["id"] == "M-NET"


def test_without_a_red_flag_the_form_continues(service: Service) -> None:
    screening: Json = {"questionnaire": QUESTIONNAIRE, "answers": {"age": 45}, "page": "P1"}

    assert service.post("screenings", screening).json == {"disposition": "continue", "minor": False, "messages": []}


def test_the_form_names_the_clinic(cloud: LocalCloud, service: Service) -> None:
    page = service.get("")

    assert page.status == HTTPStatus.OK
    assert cloud.parameters["ClinicName"] in page.body.decode()
    assert cloud.parameters["ClinicPhone"] in page.body.decode()
    assert "{{" not in page.body.decode()
    assert service.get("web/page.css").headers["content-type"] == "text/css; charset=utf-8"
    assert service.get("web/none.css").status == HTTPStatus.NOT_FOUND


def test_head_is_answered_as_get_and_a_slash_at_the_end_leads_on(service: Service) -> None:
    for path in ("", "form", "inbox", "web/lead-form.js", "questionnaires/fs-intake"):
        head, get = service.call("HEAD", path, None, None), service.get(path)
        assert (head.status, head.body) == (HTTPStatus.OK, b"")
        assert head.headers["content-type"] == get.headers["content-type"]
    slash = service.get("form/?language=es-MX")
    assert (slash.status, b'<html lang="es"' in slash.body) == (HTTPStatus.OK, True)
    nowhere = service.get("forms")
    assert (nowhere.status, b"tel:" in nowhere.body) == (HTTPStatus.NOT_FOUND, True)


def test_a_page_elsewhere_may_add_a_header_of_its_own(cloud: LocalCloud, service: Service) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,traceparent"}
    ours = {"origin": cloud.parameters["AllowedOrigins"].split(",")[0]}
    assert service.call("OPTIONS", "submissions", None, asks | ours).headers["access-control-allow-headers"] == "*"


def test_only_pages_of_the_clinic_may_post_from_elsewhere(cloud: LocalCloud, service: Service) -> None:
    ours = cloud.parameters["AllowedOrigins"].split(",")[0]
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}

    allowed = service.call("OPTIONS", "submissions", None, asks | {"origin": ours})
    refused = service.call("OPTIONS", "submissions", None, asks | {"origin": "https://elsewhere.example"})

    assert allowed.headers["access-control-allow-origin"] == ours
    assert "access-control-allow-origin" not in refused.headers


def test_a_page_of_the_clinic_may_read_answers_and_errors_alike(cloud: LocalCloud, service: Service) -> None:
    ours = {"origin": cloud.parameters["AllowedOrigins"].split(",")[0]}

    answers = [
        service.call("GET", "questionnaires/fs-intake", None, ours),
        service.call("GET", "questionnaires/knees", None, ours),
        service.post("submissions", {}, ours),
        service.call("POST", "submissions", b"x", ours | {"content-type": "text/plain"}),
    ]

    assert [answer.status for answer in answers] == [200, 404, 422, 415]
    assert [answer.headers.get("access-control-allow-origin") for answer in answers] == [ours["origin"]] * 4
