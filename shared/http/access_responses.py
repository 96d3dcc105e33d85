"""The response models of the access log."""

from __future__ import annotations

from typing import Self

from shared.http.staff_responses import Instant
from shared.http.visitor_responses import ResponseModel
from shared.usecases.reading_accesses import AccessPage


class AccessEntry(ResponseModel):
    """Who did what with which leads. `staff_name`: the user name at that time."""

    at: Instant
    staff_name: str
    staff_id: str
    what: str
    references: tuple[str, ...]


class Accesses(ResponseModel):
    """A page of the access log, latest entry first. `cursor`: the cursor for the next page; null on the last page."""

    entries: tuple[AccessEntry, ...]
    cursor: str | None

    @classmethod
    def of(cls, page: AccessPage) -> Self:
        return cls(entries=tuple(map(AccessEntry.model_validate, page.entries)), cursor=page.next_cursor)
