"""Tests that the CSV export follows RFC 4180 and contains no formula."""

from __future__ import annotations

import codecs
import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.intake.attribution import ATTRIBUTION
from shared.domain.leads.booking import Booking
from shared.domain.leads.history import HistoryEntry
from shared.domain.leads.lead import Lead
from shared.formats.leads_csv import COLUMNS, header, rows, safe_cell
from tests.functions.calls import URGENT
from tests.leads import HOURS, RECEIVED, a_lead, varied

# RFC 4180, section 2, with every field in quotes and a CRLF after every line.
FIELD = r'"(?:[^"]|"")*"'
FILE = re.compile(rf"\ufeff(?:{FIELD}(?:,{FIELD}){{{len(COLUMNS) - 1}}}\r\n)+")
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
    "a;=1+1;b",
    "a; =1+1",
    'a;"=1+1',
    "a\t=1+1",
    "a\n=1+1",
    '"=1+1"',
]


def named(name: str, lead: Lead | None = None) -> Lead:
    lead = lead or a_lead()
    return varied(lead, contact=varied(lead.submitted.contact, name=name))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def formulas(text: str) -> list[str]:
    """Returns the cells that a spreadsheet would run as formulas."""
    cells = [
        cell
        for separator in ",;\t"
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for cell in line
    ]
    return [cell for cell in cells if cell.strip().lstrip('" ')[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20")]


def test_one_line_per_lead_below_the_header() -> None:
    lead = a_lead(URGENT)
    [line] = read(header() + rows([lead], HOURS.zone))
    assert list(line) == list(COLUMNS)
    assert (line["reference"], line["tier"], line["status"]) == (lead.reference, "URGENT", "new")
    assert line["received_at"] == "2026-01-14 10:00:00"
    assert (line["consent_contact"], line["consent_marketing"]) == ("yes", "no")


@pytest.mark.parametrize(
    ("given", "cell"),
    [
        ("3125550142", "(312) 555-0142"),
        ("+1 312 555 0142 ext. 12", "(312) 555-0142 ext. 12"),
        ("+52 55 1234 5678", "'+525512345678"),
    ],
)
def test_a_phone_number_is_text_as_an_office_dials_it(given: str, cell: str) -> None:
    text = header() + rows([a_lead(contact={"phone": given})], HOURS.zone)
    assert read(text)[0]["phone"] == cell
    assert not formulas(text)


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
    text = header() + rows([named(name)], HOURS.zone)
    assert formulas(f'"{name}"') or formulas(name) or name[:1] in "\t\r\n"
    assert not formulas(text)
    [line] = read(text)
    assert line["name"].replace("'", "") == name


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_name_survives_the_round_trip_and_none_is_a_formula(name: str) -> None:
    text = header() + rows([named(name)], HOURS.zone)
    assert FILE.fullmatch(text)
    assert not formulas(text)
    [line] = read(text)
    assert line["name"].replace("'", "") == name.replace("'", "")


def test_no_cell_of_any_column_can_start_a_formula() -> None:
    """Puts a formula into each field that can contain any text."""
    odd = "=1+1"
    lead = varied(
        named(odd),
        attribution=dict.fromkeys(ATTRIBUTION, odd),
        owner_name=odd,
        source=odd,
        closed_at=RECEIVED,
        history=(HistoryEntry(RECEIVED, "n", odd, "close", 2),),
        deadline=datetime(2026, 1, 1, tzinfo=UTC),
    )
    [line] = read(header() + rows([lead], HOURS.zone))
    assert not [name for name, cell in line.items() if cell[:1] in tuple("=+-@")]


def test_ordinary_text_is_unchanged() -> None:
    for text in ("", "Ann O'Brien", "a=b", "a; b", "\u5f20\u4f1f", "x\ty", "7K3MQ-2XDRT", "12B"):
        assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["02139", "60612-0001", "12345-67890", "00012-02026", "12E45-00007", "2026-01"])
def test_what_looks_like_a_number_or_a_date_is_exported_as_text(text: str) -> None:
    """A spreadsheet would turn 02139 into 2139, and 12E45 into a 47-digit number."""
    lead = a_lead()
    lead = varied(lead, contact=varied(lead.submitted.contact, postal=text), reference=text)
    [line] = read(header() + rows([lead], HOURS.zone))
    assert (line["postal"], line["reference"]) == (f"'{text}", f"'{text}")


def test_accents_survive_a_spreadsheet_that_expects_another_encoding() -> None:
    text = header() + rows([named("Zo\u00eb Mu\u00f1oz")], HOURS.zone)
    assert text.encode().startswith(codecs.BOM_UTF8)
    assert read(text)[0]["name"] == "Zo\u00eb Mu\u00f1oz"


def test_the_times_of_work() -> None:
    lead = a_lead(attribution={"landing_path": "/foraminal-stenosis", "referrer_host": "search.example"})
    call = HistoryEntry(RECEIVED + timedelta(minutes=9), "n", "nurse", "contact_attempt", 2)
    undone = HistoryEntry(RECEIVED + timedelta(minutes=3), "n", "nurse", "book", 3)
    undo = HistoryEntry(RECEIVED + timedelta(minutes=4), "n", "nurse", "undo", 4, undo_of=3)
    later = HistoryEntry(RECEIVED + timedelta(minutes=30), "n", "nurse", "contact_attempt", 5)
    last = HistoryEntry(RECEIVED + timedelta(hours=1), "d", "desk", "close", 6)
    done = {"closed_at": last.at, "history": (undone, undo, call, later, last)}
    booked = varied(lead, status="booked", booking=Booking(RECEIVED + timedelta(days=2), "Dr. Ames"), **done)
    closed = varied(lead, status="closed", **done)
    first, second, third = read(header() + rows([lead, booked, closed], HOURS.zone))
    assert [line["booked_or_closed_by"] for line in (first, second, third)] == ["", "desk", "desk"]
    names = ("first_call_at", "booked_at", "appointment_at", "closed_at")
    assert [first[name] for name in names] == ["", "", "", ""]
    assert [second[name] for name in names] == ["2026-01-14 10:09:00", "2026-01-14 11:00:00", "2026-01-16 10:00:00", ""]
    assert [third[name] for name in names] == ["2026-01-14 10:09:00", "", "", "2026-01-14 11:00:00"]
    assert (first["landing_page"], first["referrer"]) == ("/foraminal-stenosis", "search.example")
