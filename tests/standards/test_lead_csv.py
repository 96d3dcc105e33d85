"""Tests leads as CSV: the file is valid by RFC 4180, and contains nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.leads.lead import Lead
from shared.formats.leads_csv import COLUMNS, header, rows, safe_cell
from tests.functions.calls import URGENT
from tests.leads import HOURS, a_lead, varied

# RFC 4180, section 2, for a file in which every field is quoted and every line ends with CRLF.
FIELD = r'"(?:[^"]|"")*"'
FILE = re.compile(rf"(?:{FIELD}(?:,{FIELD}){{{len(COLUMNS) - 1}}}\r\n)+")
NASTY = [
    '=HYPERLINK("http://evil.example","Click")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\tx",
    "\rx",
    "\nx",
    "  =1",
    "\uff1d1+1",
    "\u00a0@x",
]


def named(name: str, lead: Lead | None = None) -> Lead:
    lead = lead or a_lead()
    return varied(lead, contact=varied(lead.submitted.contact, name=name))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_one_line_per_lead_below_the_header() -> None:
    lead = a_lead(URGENT)
    [line] = read(header() + rows([lead], HOURS.zone))
    assert list(line) == list(COLUMNS)
    assert (line["reference"], line["tier"], line["status"]) == (lead.reference, "URGENT", "new")
    assert line["received_at"] == "2026-01-14T10:00:00-06:00"
    assert line["phone"] == f"tel:{lead.submitted.contact.phone}"
    extended = a_lead(contact={"phone": "(312) 555-0142 ext. 12"})
    assert read(header() + rows([extended], HOURS.zone))[0]["phone"] == "tel:+13125550142;ext=12"
    assert (line["consent_contact"], line["consent_marketing"]) == ("yes", "no")


def test_concatenated_pages_are_one_file() -> None:
    leads = [named(f"Ann {n}") for n in range(3)]
    pages = header() + "".join(rows([lead], HOURS.zone) for lead in leads)
    assert pages == header() + rows(leads, HOURS.zone)
    assert FILE.fullmatch(pages)


def test_answers_and_fired_rules_are_not_exported() -> None:
    lead = a_lead({"sys": ["fever"], "note": "a canary in the note"})
    text = header() + rows([lead], HOURS.zone)
    assert "canary" not in text
    assert "fever" not in text
    assert not any(rule.id in text for rule in lead.assessment.triage.safety_rules)


@pytest.mark.parametrize("name", NASTY)
def test_a_formula_is_exported_as_text(name: str) -> None:
    [line] = read(header() + rows([named(name)], HOURS.zone))
    assert line["name"] == f"'{name}"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_name_survives_the_round_trip_and_none_is_a_formula(name: str) -> None:
    text = header() + rows([named(name)], HOURS.zone)
    assert FILE.fullmatch(text)
    [line] = read(text)
    assert line["name"] in (name, f"'{name}")
    assert line["name"].strip()[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def test_no_cell_of_any_column_can_start_a_formula() -> None:
    """This holds even if every field from outside contains odd text."""
    odd = "=1+1"
    lead = varied(
        named(odd),
        attribution=dict.fromkeys(("utm_source", "utm_medium", "utm_campaign"), odd),
        owner_name=odd,
        source=odd,
        deadline=datetime(2026, 1, 1, tzinfo=UTC),
    )
    [line] = read(header() + rows([lead], HOURS.zone))
    assert not [name for name, cell in line.items() if cell[:1] in tuple("=+-@")]


def test_ordinary_text_is_unchanged() -> None:
    for text in ("", "Ann O'Brien", "a=b", "1-2", "\u5f20\u4f1f", "x\ty"):
        assert safe_cell(text) == text
