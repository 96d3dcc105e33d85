"""Defines the cursors of the worklist and of exports."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn
from uuid import UUID

from shared.domain.errors import FieldProblem, InvalidInput

if TYPE_CHECKING:
    from shared.domain.leads.export import Period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}\+00:00"
LEAD_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ORDERS = {
    "open": rf"[01]-[0-9]{{2}}#{INSTANT}#{INSTANT}#{LEAD_ID}",
    "taken": rf"1-[0-9]{{2}}#{INSTANT}#{INSTANT}#{LEAD_ID}",
    "closed": rf"{INSTANT}#{LEAD_ID}",
}
EXPORT = rf"(?P<milliseconds>[0-9]{{1,14}})_(?P<lead_id>{LEAD_ID})"

View = Literal["open", "taken", "closed"]


class WorklistCursor(NamedTuple):
    """A lead's position in a view of the worklist."""

    view: View
    order: str

    def __str__(self) -> str:
        return f"{self.view}_{self.order}"

    @classmethod
    def parse(cls, text: str, view: View) -> WorklistCursor:
        name, _, order = text.partition("_")
        if name != view or not re.fullmatch(ORDERS[view], order):
            _refuse("This is not in the expected format.")
        return cls(view, order)


class ExportCursor(NamedTuple):
    """A lead's position in the order of arrival."""

    at: datetime
    lead_id: UUID

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MILLISECOND}_{self.lead_id}"

    @classmethod
    def parse(cls, text: str, period: Period) -> ExportCursor:
        match = re.fullmatch(EXPORT, text)
        if match is None:
            _refuse("This is not in the expected format.")
        at = EPOCH + int(match["milliseconds"]) * MILLISECOND
        if not period.since <= at < period.until:
            _refuse("This cursor belongs to other dates.")
        return cls(at, UUID(match["lead_id"]))


def _refuse(why: str) -> NoReturn:
    raise InvalidInput((FieldProblem("/cursor", why),))
