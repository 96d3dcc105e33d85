"""Tests that the page is small, loads only our files, and stores only the receipt after Send."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.patient import LAST, Patient, Traffic

ELEMENT_BYTES = 16_000


def test_element_is_small_as_it_travels(page: Page, site: str) -> None:
    response = page.request.get(site + "web/lead-form.js", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(response.body(), mtime=0)) < ELEMENT_BYTES


def test_only_this_site_is_contacted_and_nothing_is_stored(
    patient: Patient, page: Page, site: str, traffic: Traffic
) -> None:
    patient.ready_to_send("?utm_source=newsletter").next()
    patient.reference()
    host = urlsplit(site).netloc
    assert {urlsplit(url).netloc for _, url, _ in traffic.requests} == {host}
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 1], "the receipt, see test_drafts.py"
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert urlsplit(page.url).fragment == ""
    addresses = " ".join(url for _, url, _ in traffic.requests)
    assert "54" not in urlsplit(page.url).query
    assert "Patient" not in addresses


def test_strict_policy_is_served(page: Page, site: str) -> None:
    response = page.goto(site)
    assert response
    policy = {
        part.split()[0]: part.split()[1:]
        for part in response.headers["content-security-policy"].split(";")
        if part.strip()
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]


def test_boxes_for_permission_start_unticked(patient: Patient, page: Page) -> None:
    patient.at(LAST)
    boxes = page.locator("input[id^=consent-]")
    expect(boxes).to_have_count(3)
    for box in boxes.all():
        expect(box).not_to_be_checked()


def test_where_the_patient_came_from(
    page: Page, patient: Patient, site: str, traffic: Traffic, stored: Callable[[], list[Any]]
) -> None:
    page.goto(
        site + "?utm_source=news%07letter&utm_campaign=spring&gclid=" + 300 * "x" + "&unknown=1",
        referer="https://search.example.org/find?q=private+words",
    )
    page.goto(site + "?language=en")
    patient.comes_back(LAST).leave_contact().goes_to_check().next()
    patient.reference()
    (sent,) = traffic.posted("/submissions")
    kept = {name: value for name, value in stored()[0]["attribution"].items() if value}
    assert kept == {
        "utm_source": "newsletter",
        "utm_campaign": "spring",
        "gclid": 300 * "x",
        "referrer_host": "search.example.org",
        "landing_path": urlsplit(site).path,
    }
    assert sent["page"] == site
