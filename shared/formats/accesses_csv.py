"""Exports entries of the access log as CSV (RFC 4180) for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from shared.domain.leads.access import Access
from shared.formats.leads_csv import BYTE_ORDER_MARK, row, safe_cell

COLUMNS = ("at", "staff", "staff_id", "what", "reference")


def header() -> str:
    return BYTE_ORDER_MARK + row(COLUMNS)


def rows(entries: Iterable[Access], zone: ZoneInfo) -> str:
    return "".join(
        row((entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"), *map(safe_cell, cells)))
        for entry in entries
        for reference in entry.references or ("",)
        for cells in [(entry.staff_name, entry.staff_id, entry.what, reference)]
    )
