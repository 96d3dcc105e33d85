from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console
from tests.browser.patient import Patient, Traffic, until


@pytest.fixture
def proves() -> bool:
    return True


def test_a_proof_of_work_is_sent_and_the_trap_stays_empty(patient: Patient, page: Page, traffic: Traffic) -> None:
    patient.ready_to_send()
    until(page, lambda: "proof" in json.loads(patient.kept()["lead-form:fs-intake"])["guard"])
    trap = page.locator("#website")
    assert trap.evaluate("node => [node.tabIndex, node.autocomplete, node.closest('[aria-hidden=true]') !== null]") == [
        -1,
        "off",
        True,
    ]
    expect(trap).not_to_be_in_viewport()
    patient.next()
    patient.reference()
    (sent,) = traffic.posted("/submissions")
    assert sent["token"]
    assert sent["proof"]
    assert "website" not in sent


def test_without_a_challenge_the_answers_are_sent_all_the_same(
    patient: Patient, page: Page, traffic: Traffic, console: Console
) -> None:
    console.expect("ERR_FAILED")
    page.route("**/challenges/*", lambda route: route.abort())
    patient.ready_to_send().next()
    patient.reference()
    assert "proof" not in traffic.posted("/submissions")[0]


def test_a_challenge_that_arrives_without_a_body_does_not_stop_the_form(
    patient: Patient, page: Page, traffic: Traffic
) -> None:
    page.route("**/challenges/*", lambda route: route.fulfill(status=200, body=""))
    patient.ready_to_send().next()
    patient.reference()
    assert "token" not in traffic.posted("/submissions")[0]
