"""The response models of the on-call rota."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from shared.domain.leads.rota import Override, WeeklyShift
from shared.http.staff_responses import Instant
from shared.http.visitor_responses import ResponseModel

if TYPE_CHECKING:
    from shared.usecases.rota import ShownRota


class ShownDuty(ResponseModel):
    """A period in which one clinician is on call. `who`: the user name; "" in a gap, when alerts go to everyone."""

    who: str
    begins: datetime
    ends: datetime


class RotaShown(ResponseModel):
    """The rota, and whom alerts reach.

    version: the version of the rota, to send back with a changed rota; 0 before the first rota is saved.
    time_zone: the time zone of `weekly` and `overrides`.
    alerted: whom an alert to the clinicians would reach now: a user name, or "everyone".
    duties: who is on call in the next two weeks.
    unreachable: staff on the rota whose subscription is not confirmed. During their shifts, alerts go to everyone.
    """

    version: int
    weekly: tuple[WeeklyShift, ...]
    overrides: tuple[Override, ...]
    changed_at: datetime | None
    changed_by: str
    time_zone: str
    alerted: str
    duties: tuple[ShownDuty, ...]
    unreachable: tuple[str, ...]
    now: Instant

    @classmethod
    def of(cls, shown: ShownRota, time_zone: str) -> Self:
        rota = shown.board.rota
        return cls(
            version=rota.version,
            weekly=rota.weekly,
            overrides=rota.overrides,
            changed_at=rota.changed_at,
            changed_by=rota.changed_by,
            time_zone=time_zone,
            alerted=shown.alerted,
            duties=tuple(map(ShownDuty.model_validate, shown.duties)),
            unreachable=shown.unreachable,
            now=shown.at,
        )
