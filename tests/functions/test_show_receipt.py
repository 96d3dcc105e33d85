"""Tests GET /received/{submission_id}, the receipt of a plain form."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest

from functions import show_receipt
from shared.http.addresses import return_address
from tests.aws import ENVIRONMENT, Aws
from tests.functions.calls import CONTEXT, LEAD_ID, event, posting, submission
from tests.functions.conftest import Clock
from tests.functions.fill_form import fill_and_check
from tests.functions.plain_browser import SITE, PlainBrowser


@pytest.fixture
def browser() -> PlainBrowser:
    return PlainBrowser()


def test_it_shows_reference_and_advice_and_of_the_number_only_its_end(
    browser: PlainBrowser, aws: Aws, clock: Clock
) -> None:
    fill_and_check(browser).press("Send")
    [lead] = aws.leads()
    assert browser.title == "We received your answers"
    assert lead["reference"] in browser.text
    for message in lead["messages_shown"]:
        assert message["text"] in browser.text
    assert "We will call the number ending in 42 by Thursday, January 15 at 5 PM CST." in browser.text
    for personal in ("Jordan", "555-0142", "5550142", "First line"):
        assert personal not in browser.answer["body"]
    assert browser.answer["headers"]["cache-control"] == "no-store"
    assert "default-src 'none'" in browser.answer["headers"]["content-security-policy"]


def test_it_takes_one_read_and_a_refresh_changes_nothing(browser: PlainBrowser, aws: Aws) -> None:
    fill_and_check(browser).press("Send")
    before, shown = aws.items(), browser.text
    aws.wire.calls.clear()
    assert browser.open(browser.url).text == shown
    assert aws.wire.calls == ["dynamodb.GetItem"]
    assert aws.items() == before


@pytest.mark.parametrize(
    ("status", "says"), [("sent", True), ("sending", False), ("unknown", False), ("bounced", False)]
)
def test_it_says_that_a_copy_was_mailed_only_if_that_is_true(
    browser: PlainBrowser, aws: Aws, status: str, says: bool
) -> None:
    fill_and_check(browser).press("Send")
    assert "A confirmation went to your e-mail." not in browser.text
    [lead] = aws.stored()
    entry = {"kind": "receipt", "about": "", "status": status, "at": "2026-01-14T16:01:00Z"}
    aws.corrupt(lead["lead_id"], json.dumps(lead | {"mail": {"entries": [entry]}}))
    assert ("A confirmation went to your e-mail." in browser.open(browser.url).text) is says


@pytest.mark.parametrize(
    ("disposition", "asks_more", "invites_a_call"),
    [("next-business-day-call", True, True), ("not-a-fit", False, True), ("seek-emergency-care", False, False)],
)
def test_it_asks_more_only_of_whom_the_clinic_calls_and_invites_a_call_only_outside_emergencies(
    browser: PlainBrowser, aws: Aws, disposition: str, asks_more: bool, invites_a_call: bool
) -> None:
    fill_and_check(browser).press("Send")
    [lead] = aws.stored()
    aws.corrupt(lead["lead_id"], json.dumps(lead | {"assessment": lead["assessment"] | {"disposition": disposition}}))
    page = browser.open(browser.url).page
    assert bool(page.select("#added-title")) is asks_more
    assert ("Something changed? Call us:" in page.get_text()) is invites_a_call
    promised = page.select_one(".promise")
    assert promised is not None
    assert "the number ending in 42" in promised.get_text()


def test_it_has_the_call_as_a_calendar_file_in_the_link(browser: PlainBrowser, clock: Clock) -> None:
    fill_and_check(browser).press("Send")
    link = next(one for one in browser.page.select("a") if "calendar" in one.get_text())
    kind, _, file = str(link["href"]).partition(",")
    assert (kind, link["download"]) == ("data:text/calendar;charset=utf-8", "call.ics")
    assert "\r\nDTEND:20260115T230000Z\r\n" in unquote(file)


def test_it_links_to_the_page_for_booking_only_on_a_routine_lead(browser: PlainBrowser, aws: Aws) -> None:
    fill_and_check(browser).press("Send")
    [lead] = aws.stored()
    for tier, links in (("ROUTINE", [ENVIRONMENT["BOOKING_LINK"]]), ("PRIORITY", [])):
        lead["assessment"]["triage"]["tier"] = tier
        aws.corrupt(lead["lead_id"], json.dumps(lead))
        anchors = browser.open(browser.url).page.select("a[rel=noreferrer]")
        assert [anchor["href"] for anchor in anchors if anchor.get_text() == "Choose a time for a visit"] == links


def test_it_expires_after_an_hour_with_phone_and_advice(browser: PlainBrowser, clock: Clock) -> None:
    fill_and_check(browser).press("Send")
    clock.at += timedelta(minutes=59)
    assert browser.open(browser.url).status == 200
    clock.at += timedelta(minutes=2)
    browser.open(browser.url)
    assert browser.status == 404
    assert "(312) 555-0100" in browser.text
    assert "911" in browser.text


@pytest.mark.parametrize("name", [LEAD_ID, "x", "..", "%00"])
def test_an_unknown_receipt_is_404(browser: PlainBrowser, name: str) -> None:
    asked = event("show_receipt") | {"pathParameters": {"submission_id": name}}
    answer = show_receipt.handler(asked, CONTEXT)
    assert answer["statusCode"] == 404
    assert "text/html" in answer["headers"]["content-type"]


def test_a_program_that_asks_for_json_gets_the_problem_as_json() -> None:
    asked = event("show_receipt")
    asked["headers"]["accept"] = "application/json"
    assert show_receipt.handler(asked, CONTEXT)["headers"]["content-type"] == "application/problem+json"


def test_an_outage_is_answered_with_phone_and_advice(browser: PlainBrowser, aws: Aws) -> None:
    aws.wire.down.add("dynamodb.GetItem")
    answer = show_receipt.handler(event("show_receipt"), CONTEXT)
    assert answer["statusCode"] == 503
    assert "911" in answer["body"]
    assert "We cannot show your receipt right now" in answer["body"]
    assert "could not receive your answers" not in answer["body"]


def test_a_lead_sent_as_json_has_no_receipt_page(browser: PlainBrowser, aws: Aws) -> None:
    from functions import capture_lead  # noqa: PLC0415

    capture_lead.handler(posting("capture_lead", submission()), CONTEXT)
    assert browser.open(f"received/{LEAD_ID}").status == 404


NAMED = frozenset({"https://www.clinic.example"})


@pytest.mark.parametrize(
    "address",
    ["https://www.clinic.example", "https://www.clinic.example/thanks?x=1#top", f"{SITE}/", f"{SITE}/form"],
)
def test_a_return_address_on_an_allowed_site_is_kept(address: str) -> None:
    assert return_address(address, NAMED, f"{SITE}/") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/thanks",
        "//www.clinic.example/",
        "http://www.clinic.example/",
        "https://www.clinic.example.evil.example/",
        "https://www.clinic.example@evil.example/",
        "https://evil.example/https://www.clinic.example",
        "https://www.clinic.example:8443/",
        "https:\\\\www.clinic.example",
        "https://www.clinic.example\\@evil.example/",
        "javascript:alert(1)//https://www.clinic.example",
        "data:text/html,x",
        "https://www.clinic.example/\r\nlocation: https://evil.example",
        "https://[::1",
        "https://www.clinic.example/" + "x" * 500,
        "https://www.cl\u0456nic.example/",
    ],
)
def test_any_other_return_address_is_ignored(address: str) -> None:
    assert return_address(address, NAMED, f"{SITE}/") == ""


@pytest.mark.parametrize("address", ["https:evil.example", "https:/evil.example", "https:///evil.example/"])
def test_an_address_without_a_host_is_ignored_if_ours_is_unknown(browser: PlainBrowser, address: str) -> None:
    """A browser would read the tested address as https://evil.example."""
    fill_and_check(browser).press("Send")
    asked = event("show_receipt") | {"queryStringParameters": {"return_to": address}}
    asked["pathParameters"] = {"submission_id": browser.url.rpartition("/")[2]}
    asked["headers"] |= {"host": "?"}
    del asked["requestContext"]["domainName"]
    answer = show_receipt.handler(asked, CONTEXT)
    assert answer["statusCode"] == 200
    assert "evil.example" not in answer["body"]


def test_the_receipt_links_back_and_never_redirects(browser: PlainBrowser) -> None:
    back = f"{SITE}/landing?a=1&b=2"
    fill_and_check(browser, f"?return_to={quote(back, safe='')}").press("Send")
    link = next(one for one in browser.page.select("a") if "Back to the page" in one.get_text())
    assert link["href"] == back
    assert "refresh" not in browser.answer["headers"]
    assert not browser.page.select("meta[http-equiv]")


def test_a_foreign_return_address_is_dropped_everywhere(browser: PlainBrowser) -> None:
    fill_and_check(browser, "?return_to=https%3A%2F%2Fevil.example%2F").press("Send")
    assert "evil.example" not in browser.url
    browser.open(f"{browser.url}?return_to=https%3A%2F%2Fevil.example%2F")
    assert browser.status == 200
    assert "evil.example" not in browser.answer["body"]
