"""Models shared by several responses to signed-in staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import PlainSerializer

from shared.http.problem_models import ProblemDetails
from shared.http.visitor_responses import ResponseModel

if TYPE_CHECKING:
    from shared.domain.leads.staff import Staff

Instant = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json")]  # ISO 8601 with its UTC offset


class StaffProblem(ProblemDetails):
    """Problem details (RFC 9457) for staff. If a colleague was faster, the fields below say who and when.

    owner_name: the colleague who has owned the lead since `since`.
    by_name: the colleague who carried out `action` at `since`.
    since: for an erased lead, when it was erased.
    """

    owner_name: str | None = None
    by_name: str | None = None
    action: str | None = None
    since: Instant | None = None


class Colleague(ResponseModel):
    """A member of staff who works on leads. `id`: the value of `owner` in the leads that this person owns."""

    id: str
    name: str
    groups: tuple[str, ...]


class Colleagues(ResponseModel):
    """All members of staff who work on leads, sorted by name."""

    staff: tuple[Colleague, ...]

    @classmethod
    def of(cls, staff: Iterable[Staff]) -> Self:
        return cls(staff=tuple(Colleague(id=one.id, name=one.name, groups=tuple(sorted(one.groups))) for one in staff))
