"""Reads the retention periods of leads from retention.toml."""

from __future__ import annotations

from pathlib import Path

from shared.domain.leads.retention import Retention
from shared.domain.leads.retention_stage import Stage
from shared.rulebook.reader import Reader
from shared.rulebook.toml_files import table_of

FILE = Path(__file__).parent / "retention.toml"


def retention(file: Path = FILE) -> Retention:
    table = Reader(table_of(file), file.name)
    months = {
        Stage.ANSWERS: table.number("answers_months"),
        Stage.BOOKED: table.number("booked_months"),
        Stage.EVIDENCE: table.number("evidence_months"),
        Stage.AUDIT: table.number("audit_months"),
    }
    tiers = frozenset(table.texts("audited_tiers"))
    table.done()
    if min(months.values()) < 1:
        raise table.error("keep everything for at least a month, so that staff have time to act")
    if not months[Stage.ANSWERS] <= months[Stage.EVIDENCE] <= months[Stage.AUDIT]:
        raise table.error("the months must not decrease from answers to evidence to audit")
    return Retention(months, tiers)
