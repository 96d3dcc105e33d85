"""The worklist: its shelves, what staff ask of it, and what they look for by hand.

Open leads stand on the open shelves by deadline. What needs nobody stands on the shelf of the month in which it was
done, so that reading either costs what is read and never the size of the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.fields import Line, line, mail_address
from shared.domain.intake.phone import e164
from shared.domain.leads.escalation import NEVER
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_view import LeadSummary
from shared.domain.leads.person import email_key, phone_key
from shared.domain.model import Model

MONTHS_BACK = 24  # how far the list of done leads reaches; an older one is found by its reference
READ_ALOUD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
CURSOR = re.compile(
    r"(?P<shelf>open-[0-9]{1,3}|closed-[0-9]{4}-[0-9]{2}-[0-9]{1,3})_"
    r"(?:(?P<sort_at>[0-9]{4}-[0-9T:.+-]{8,40})_(?P<lead_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|_)"
)


def shelf_of(lead: Lead, shard: int) -> str:
    if lead.needs_someone:
        return f"open-{shard}"
    return f"closed-{_done_at(lead).astimezone(UTC):%Y-%m}-{shard}"


def open_shelves(shards: int) -> Iterator[str]:
    yield from (f"open-{shard}" for shard in range(shards))


def closed_shelves(at: datetime, since: datetime | None, shards: int) -> Iterator[str]:
    """The latest month first, back to that instant or as far as the list reaches."""
    month = at.astimezone(UTC).replace(day=1)
    for _ in range(MONTHS_BACK):
        yield from (f"closed-{month:%Y-%m}-{shard}" for shard in range(shards))
        if since is not None and (month.year, month.month) <= (since.astimezone(UTC).year, since.astimezone(UTC).month):
            return
        month = (month - timedelta(days=1)).replace(day=1)


def sorted_at(lead: Lead) -> datetime:
    """Its place on the shelf."""
    return (lead.escalation.deadline or NEVER) if lead.needs_someone else _done_at(lead)


def _done_at(lead: Lead) -> datetime:
    return lead.work.closed_at or lead.assessment.received_at


class WorklistQuery(Model):
    """`cursor`: where the previous page ended."""

    view: Literal["open", "mine", "closed"] = "open"
    tier: Annotated[str, Field(max_length=40)] | None = None
    suspect: bool | None = None
    cursor: Annotated[str, Field(max_length=300)] | None = None

    def wants(self, summary: LeadSummary, staff_id: str) -> bool:
        return (
            (self.view != "mine" or summary.owner == staff_id)
            and self.tier in (None, summary.tier)
            and self.suspect in (None, summary.suspect)
        )


@dataclass(frozen=True, slots=True)
class WorklistCursor:
    """A shelf, and the last lead read on it; None at its beginning."""

    shelf: str
    sort_at: str = ""
    lead_id: str = ""

    def __str__(self) -> str:
        return f"{self.shelf}_{self.sort_at}_{self.lead_id}"

    def next_shelf(self, shelves: tuple[str, ...]) -> WorklistCursor | None:
        """The beginning of the shelf after this one. Raises InvalidInput where this is none of them."""
        if self.shelf not in shelves:
            raise InvalidInput((FieldProblem("/cursor", "This is not in the expected format."),))
        later = shelves[shelves.index(self.shelf) + 1 :]
        return WorklistCursor(later[0]) if later else None

    @classmethod
    def parse(cls, cursor: str) -> WorklistCursor:
        """Raises InvalidInput."""
        match = CURSOR.fullmatch(cursor)
        if match is None:
            raise InvalidInput((FieldProblem("/cursor", "This is not in the expected format."),))
        return cls(**match.groupdict(""))


class Search(Model):
    """What somebody typed: a reference, a phone number or an e-mail address."""

    q: Annotated[str, line(254), Line]


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """What to look up; "" where the text cannot be that. Ten digits can be a reference and a phone number."""

    reference: str = ""
    phone_key: str = ""
    email_key: str = ""


def search_keys(search: Search, person_key: str) -> SearchKeys:
    if "@" in search.q:
        return SearchKeys(email_key=email_key(_or_none(mail_address, search.q), person_key))
    return SearchKeys(reference_in(search.q), phone_key=phone_key(_or_none(e164, search.q), person_key))


def reference_in(text: str) -> str:
    """The reference as it is stored, from how people write and read it out; "" when it is none."""
    letters = text.upper().translate(READ_ALOUD)
    return f"{letters[:5]}-{letters[5:]}" if REFERENCE.fullmatch(letters) else ""


def _or_none(check: Callable[[str], str], text: str) -> str | None:
    try:
        return check(text)
    except PydanticCustomError:
        return None
