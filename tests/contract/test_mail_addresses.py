"""Tests the table of mail addresses on moto and DynamoDB Local."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.adapters.dynamodb.mail_addresses import MailAddresses
from tests.aws import create_records
from tests.leads import RECEIVED

EMAIL = "sample.patient@example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def table(client: Any) -> str:
    name = f"addresses-{uuid4().hex}"
    create_records(client, "MailAddresses", name)
    return name


def test_an_address_is_closed_for_ever_however_it_is_written_and_whichever_key_hashed_it(
    client: Any, table: str
) -> None:
    before, after = MailAddresses(client, table, ("old",)), MailAddresses(client, table, ("new", "old"))
    assert not before.is_closed(EMAIL)
    before.close_email(EMAIL, "bounce", RECEIVED)
    before.close_email(EMAIL, "bounce", RECEIVED)
    assert after.is_closed(EMAIL.upper())
    assert not after.is_closed("somebody.else@example.com")
    items = client.scan(TableName=table)["Items"]
    assert [("expires_at" in item, item["closed_as"]["S"]) for item in items] == [(False, "bounce")]
    assert "sample" not in str(items)


def test_an_address_admits_one_lead_a_day(client: Any, table: str) -> None:
    addresses, lead, other = MailAddresses(client, table, ("key",)), uuid4(), uuid4()
    assert addresses.admits_receipt(EMAIL, lead, RECEIVED)
    assert addresses.admits_receipt(EMAIL, lead, RECEIVED + HOUR)
    assert not addresses.admits_receipt(EMAIL.upper(), other, RECEIVED + HOUR)
    assert addresses.admits_receipt("somebody.else@example.com", other, RECEIVED)
    assert addresses.admits_receipt(EMAIL, other, RECEIVED + 24 * HOUR)


def test_an_hour_admits_so_many_mails(client: Any, table: str) -> None:
    addresses = MailAddresses(client, table, ("key",))
    assert [addresses.admits_mail(RECEIVED, 3) for _ in range(5)] == [True, True, True, False, False]
    assert addresses.admits_mail(RECEIVED + HOUR, 3)


def test_counts_expire(client: Any, table: str) -> None:
    addresses = MailAddresses(client, table, ("key",))
    addresses.admits_receipt(EMAIL, uuid4(), RECEIVED)
    addresses.admits_mail(RECEIVED, 3)
    expiries = {item["expires_at"]["N"] for item in client.scan(TableName=table)["Items"]}
    assert expiries == {str(int((RECEIVED + 48 * HOUR).timestamp()))}
