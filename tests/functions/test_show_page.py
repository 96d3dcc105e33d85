from __future__ import annotations

import base64
import gzip
import re
from urllib.parse import urljoin, urlsplit

import pytest

from functions.show_page import handler
from shared.adapters.web_files import FOLDER
from tests.aws import Aws
from tests.functions.calls import CONTEXT, Json, content, event


def ask(file: str | None = None, **headers: str) -> Json:
    asked = event("show_page")
    if file is not None:
        asked["pathParameters"] = {"file": file}
    asked["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer: Json = handler(asked, CONTEXT)
    return answer


def test_the_form_is_at_the_root(aws: Aws) -> None:
    response = handler(event("show_page"), CONTEXT)
    assert response["statusCode"] == 200
    assert response["headers"]["content-type"] == "text/html; charset=utf-8"
    assert response["body"].startswith("<!doctype html>")
    assert aws.wire.calls == []


@pytest.mark.parametrize("path", ["/", "/web/{file}", "/inbox", "/inbox/{file}"])
def test_head_is_answered_as_get(path: str) -> None:
    """API Gateway removes the body from responses to HEAD."""
    asked = event("show_page") | {"pathParameters": {"file": "inbox.js" if "inbox" in path else "page.css"}}
    asked |= {"pathParameters": None} if "{" not in path else {}
    head = asked | {"routeKey": f"HEAD {path}"}
    head["requestContext"] = asked["requestContext"] | {"http": asked["requestContext"]["http"] | {"method": "HEAD"}}
    assert handler(head, CONTEXT) == handler(asked | {"routeKey": f"GET {path}"}, CONTEXT)


def elsewhere(path: str, accept: str = "text/html", **query: str) -> Json:
    asked = event("show_page") | {"routeKey": "GET /{proxy+}", "rawPath": f"/{path}", "pathParameters": {"proxy": path}}
    asked["headers"] |= {"accept": accept}
    return dict(handler(asked | {"queryStringParameters": query or None}, CONTEXT))


@pytest.mark.parametrize(
    ("path", "target"),
    [("form/", "/form"), ("inbox/", "/inbox"), ("form//", "/form"), ("web/page.css/", "/web/page.css")],
)
def test_a_slash_at_the_end_leads_to_the_address_without_it(path: str, target: str) -> None:
    response = elsewhere(path, language="es", utm_campaign="Dolor de espalda")
    assert response["statusCode"] == 308
    asked = f"https://leads.clinic.example/{path}"
    found = urljoin(asked, response["headers"]["location"])
    assert found == f"https://leads.clinic.example{target}?language=es&utm_campaign=Dolor+de+espalda"


@pytest.mark.parametrize("path", ["//evil.example/", "a/\\evil.example/", "https://evil.example//", "x\r\ny: z/"])
def test_a_slash_at_the_end_leads_to_no_other_site(path: str) -> None:
    location = elsewhere(path)["headers"]["location"]
    assert urlsplit(urljoin("https://leads.clinic.example/x/y/z/", location)).netloc == "leads.clinic.example"
    assert location.isprintable()


@pytest.mark.parametrize("path", ["forms", "wp-login.php", "a/b/c", "/", "//"])
def test_an_address_that_leads_nowhere_has_the_phone_number_and_the_advice(path: str) -> None:
    page = elsewhere(path)
    assert (page["statusCode"], page["headers"]["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="tel:3125550100"' in page["body"]
    assert "call 911" in page["body"]
    assert f'href="{"../" * path.count("/")}form?language=en"' in page["body"]
    problem = elsewhere(path, "application/json")
    assert (problem["statusCode"], content(problem)["clinic_phone"]) == (404, "(312) 555-0100")


def test_the_clinics_values_are_filled_in_and_escaped() -> None:
    body = ask()["body"]
    assert "{{" not in body
    assert "Example Spine &amp; Nerve Clinic" in body
    assert "Spine & Nerve" not in body
    assert 'href="tel:3125550100"' in body
    assert "call 911 if any of this is new or gets worse" in body


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        ("lead-form.js", "text/javascript; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_its_files_have_their_media_types(file: str, media_type: str) -> None:
    assert ask(file)["headers"]["content-type"] == media_type


@pytest.mark.parametrize("file", [None, "index.html", "icon.svg"])
def test_the_policy_forbids_loading_from_elsewhere(file: str | None) -> None:
    """Browsers ignore policies of scripts and style sheets."""
    headers = ask(file)["headers"]
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"


@pytest.mark.parametrize("file", [None, "icon.svg", "lead-form.js", "page.css"])
def test_every_file_says_its_type_and_stays_encrypted(file: str | None) -> None:
    headers = ask(file)["headers"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"].startswith("max-age=")


def test_the_page_complies_with_its_policy() -> None:
    # The page does not load these URLs for other sites.
    body = re.sub(r'<meta property="og:[^>]*>|<link rel="(?:canonical|alternate)"[^>]*>', "", ask()["body"])
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?://", body)


def test_an_unchanged_file_gives_304() -> None:
    first = ask()["headers"]
    assert first["cache-control"] == "public, max-age=60"
    assert ask(if_none_match=first["etag"])["statusCode"] == 304
    assert ask("lead-form.js", if_none_match=first["etag"])["statusCode"] == 200


@pytest.mark.parametrize("file", ["no-such.html", "../README.md", "..%2fREADME.md", " ", ".", "lead-form.js/"])
def test_an_unknown_file_is_404(file: str) -> None:
    response = ask(file)
    assert response["statusCode"] == 404
    assert "call 911" in content(response)["emergency_advice"]


def test_gzip_has_its_own_etag() -> None:
    plain, packed = ask("lead-form.js"), ask("lead-form.js", accept_encoding="br, gzip")
    assert gzip.decompress(base64.b64decode(packed["body"])).decode() == plain["body"]
    assert packed["headers"]["content-encoding"] == "gzip"
    assert packed["headers"]["etag"] != plain["headers"]["etag"]
    assert "accept-encoding" in packed["headers"]["vary"]
    assert ask("lead-form.js", accept_encoding="gzip", if_none_match=packed["headers"]["etag"])["statusCode"] == 304


@pytest.mark.parametrize("file", [None, "index.html", "icon.svg", "lead-form.js", "form.css", "openapi.json"])
def test_a_copy_cached_without_an_origin_is_not_for_a_page_elsewhere(file: str | None) -> None:
    first = ask(file)["headers"]
    assert "origin" in first["vary"].split(", ")
    assert ask(file, if_none_match=first["etag"])["headers"]["vary"] == first["vary"]


@pytest.mark.parametrize("refusal", ["", "br", "gzip;q=0", "gzip; q=0.0, br"])
def test_without_gzip_the_content_is_plain(refusal: str) -> None:
    assert "content-encoding" not in ask("page.css", accept_encoding=refusal)["headers"]


def ask_inbox(file: str | None = None) -> Json:
    asked = event("show_page") | {"routeKey": "GET /inbox" if file is None else "GET /inbox/{file}"}
    if file is not None:
        asked["pathParameters"] = {"file": file}
    answer: Json = handler(asked, CONTEXT)
    return answer


def test_the_inbox_page_has_the_sign_in_address_and_no_lead(aws: Aws) -> None:
    answer = ask_inbox()
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert "{{" not in answer["body"]
    assert '<meta name="sign-in-address" content="https://sign-in.clinic.example">' in answer["body"]
    assert '<meta name="sign-in-client" content="the-inbox">' in answer["body"]
    assert aws.wire.calls == []


@pytest.mark.parametrize("file", [None, "inbox.js"])
def test_the_inbox_policy_allows_only_the_sign_in_service(file: str | None) -> None:
    headers = ask_inbox(file)["headers"]
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' https://sign-in.clinic.example"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_inbox_complies_with_its_policy() -> None:
    body = ask_inbox()["body"].replace("https://sign-in.clinic.example", "")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?://", body)


@pytest.mark.parametrize("module", sorted(path.name for path in (FOLDER / "inbox").glob("*.js")))
def test_patient_input_is_never_inserted_as_markup(module: str) -> None:
    code = ask_inbox(module)["body"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|document\.cookie", code)


@pytest.mark.parametrize("module", sorted(path.name for path in (FOLDER / "inbox").glob("*.js")))
def test_the_inbox_keeps_nothing_about_a_lead_beyond_its_tab(module: str) -> None:
    """Only the time of the last use, the end of the last session and the sound setting outlive the tab."""
    kept = re.findall(r"localStorage\.(?:setItem|getItem|removeItem)\((\w+)", ask_inbox(module)["body"])
    assert set(kept) <= {"ACTIVE", "ENDED", "SETTING"}


@pytest.mark.parametrize("file", ["index.es.html", "../index.html", "lead-form.js", "nothing.js"])
def test_the_inbox_has_its_own_files_only(file: str) -> None:
    assert ask_inbox(file)["statusCode"] == 404


def test_inbox_files_are_not_served_to_visitors() -> None:
    assert ask("inbox.js")["statusCode"] == 404
