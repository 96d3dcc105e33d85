"""One small page, our own files only, nothing kept in the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, Response, expect

from dev.cloud import LocalCloud
from tests.browser.patient import Patient, Traffic

FIRST_VIEW_BYTES = 60_000


def test_first_view_is_three_small_files(page: Page, site: str) -> None:
    """A browser asks for an icon in any case; ours keeps it from getting a 404."""
    sizes: dict[str, int] = {}

    def note(response: Response) -> None:
        if not response.url.endswith("/icon.svg"):
            sizes[response.url] = len(response.body())

    page.on("response", note)
    page.goto(site, wait_until="networkidle")
    assert len(sizes) == 3
    assert sum(sizes.values()) < FIRST_VIEW_BYTES


def test_only_this_site_is_asked_and_nothing_is_kept(patient: Patient, page: Page, site: str, traffic: Traffic) -> None:
    patient.start("?utm_source=newsletter").fill_all().next()
    patient.reference()
    host = urlsplit(site).netloc
    assert {urlsplit(url).netloc for _, url, _ in traffic.requests} == {host}
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
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
    patient.start().fill_to(6)
    boxes = page.locator("input[id^=consent-]")
    expect(boxes).to_have_count(3)
    for box in boxes.all():
        expect(box).not_to_be_checked()


def test_where_the_patient_came_from(page: Page, patient: Patient, site: str, traffic: Traffic) -> None:
    page.goto(
        site + "?utm_source=newsletter&utm_campaign=spring&unknown=1",
        referer="https://search.example.org/find?q=private+words",
    )
    page.get_by_role("button", name="Start").click()
    patient.fill_all().next()
    patient.reference()
    (sent,) = traffic.posted("/submissions")
    assert sent["attribution"] == {
        "utm_source": "newsletter",
        "utm_campaign": "spring",
        "referrer_host": "search.example.org",
        "landing_path": urlsplit(site).path,
    }


def test_works_below_any_path(page: Page, cloud: LocalCloud) -> None:
    patient = Patient(page, f"{cloud.api}/")
    patient.start().fill_all().next()
    patient.reference()
