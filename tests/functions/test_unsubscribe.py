"""Tests the unsubscribe link, whose GET changes nothing."""

from __future__ import annotations

from uuid import UUID

import pytest

from functions import send_mail, unsubscribe
from shared.adapters.unsubscribe_links import UnsubscribeLinks
from shared.domain.errors import NotFound
from tests.aws import ENVIRONMENT, Aws
from tests.functions.admin_calls import erased, exported_person
from tests.functions.calls import CONTEXT, LEAD_ID, Json, content, event
from tests.functions.staff_calls import captured, opened

pytestmark = pytest.mark.usefixtures("clock")
EMAIL = "jordan@example.com"


def asked(name: str = "unsubscribe", token: str | None = None, **changes: object) -> Json:
    request = event(name) | changes
    if token is not None:
        request["pathParameters"] = {"token": token}
    return dict(unsubscribe.handler(request, CONTEXT))


def test_opening_the_link_changes_nothing(aws: Aws) -> None:
    captured()
    before = aws.items()
    page = asked()
    assert page["statusCode"] == 200
    assert '<form method="post">' in page["body"]
    assert "Stop e-mail" in page["body"]
    assert (aws.items(), aws.mail_addresses()) == (before, [])


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", None, "anything"])
def test_pressing_the_button_ends_mail_at_once(aws: Aws, body: str | None) -> None:
    reference = captured()
    for _ in range(2):
        answer = asked("unsubscribe.one_click", body=body)
        assert answer["statusCode"] == 200

    lead = content(opened(reference))
    [own] = content(exported_person(reference))["leads"]
    for mails in (lead["mails"], own["mails"]):
        assert (mails["closed_as"], mails["closed_since"]) == ("unsubscribed", "2026-01-14T16:00:00+00:00")
    assert (lead["consents"]["given"]["contact"], lead["consents"]["given"]["email"]) == (True, False)
    last = lead["consents"]["ledger"][-1]
    assert (last["consent"], last["given"], last["how"]) == ("email", False, "revoked: the link in an e-mail")
    assert lead["consents"]["intact"] is True
    assert [record["consent"] for record in lead["consents"]["ledger"]].count("email") == 1
    assert send_mail.handler(event("send_mail"), CONTEXT) == {"sent": 0}
    assert [item["closed_as"]["S"] for item in aws.mail_addresses()] == ["unsubscribed"]


def test_the_link_works_after_the_lead_was_erased(aws: Aws) -> None:
    erased(captured())
    assert asked("unsubscribe.one_click")["statusCode"] == 200
    assert len(aws.mail_addresses()) == 1


def test_the_page_speaks_the_language_of_the_mail() -> None:
    page = asked(queryStringParameters={"language": "es"})
    assert "No recibir más correos de nosotros" in page["body"]


def test_a_link_that_this_service_did_not_sign_is_not_found(aws: Aws) -> None:
    token = event("unsubscribe")["pathParameters"]["token"]
    others = UnsubscribeLinks(("another key",), "https://x.example/").link(UUID(LEAD_ID), EMAIL, "en")
    wrong = [others.rpartition("/")[2].partition("?")[0], "", "a", token[:-1], "1" + token[1:], token + "="]
    flipped = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]
    for bad in (*wrong, *flipped):
        assert asked("unsubscribe.one_click", token=bad)["statusCode"] == 404, bad
    assert aws.mail_addresses() == []


def test_a_link_works_with_every_key_that_is_still_accepted() -> None:
    old, new = UnsubscribeLinks(("old",), "https://x.example/"), UnsubscribeLinks(("new", "old"), "https://x.example/")
    token = old.link(UUID(LEAD_ID), EMAIL, "en").rpartition("/")[2].partition("?")[0]
    assert new.read(token).lead_id == UUID(LEAD_ID)
    with pytest.raises(NotFound):
        UnsubscribeLinks(("new",), "https://x.example/").read(token)


def test_while_the_table_is_unavailable_the_page_asks_to_try_again(aws: Aws) -> None:
    aws.wire.down = {"dynamodb.PutItem"}
    assert asked("unsubscribe.one_click")["statusCode"] == 503


def test_the_address_in_a_mail_leads_to_this_page() -> None:
    link = UnsubscribeLinks((ENVIRONMENT["MAIL_KEY"],), ENVIRONMENT["SITE_ADDRESS"]).link(UUID(LEAD_ID), EMAIL, "en")
    assert link == f"https://leads.clinic.example{event('unsubscribe')['rawPath']}?language=en"
    assert EMAIL not in link
