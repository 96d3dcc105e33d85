"""Shows and saves the on-call rota."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import InvalidInput, NotAllowed, RotaChanged, WrongState
from shared.domain.leads.rota import (
    SHOWN,
    Duty,
    DutyBoard,
    RotaChange,
    duties,
    is_reachable,
    problems_of,
    problems_of_past,
    saved,
    to_alert,
)
from shared.domain.leads.staff import CLINICIAN, Staff
from shared.domain.opening_hours import OpeningHours
from shared.usecases.listing import must_read
from shared.usecases.ports import Colleagues, Rotas


@dataclass(frozen=True, slots=True)
class ShownRota:
    """The rota, and whom alerts reach.

    alerted: user name of the clinician whom an alert to clinicians would reach now, or EVERYONE.
    duties: who is on call and when, for the time SHOWN.
    unreachable: user names of clinicians on the rota whose personal subscription to alerts is not confirmed.
    """

    board: DutyBoard
    alerted: str
    duties: tuple[Duty, ...]
    unreachable: tuple[str, ...]
    at: datetime


def show_rota(staff: Staff, rotas: Rotas, hours: OpeningHours, at: datetime) -> ShownRota:
    must_read(staff)
    return _shown(rotas.get(), hours, at)


def save_rota(
    change: RotaChange, staff: Staff, rotas: Rotas, colleagues: Colleagues, hours: OpeningHours, at: datetime
) -> ShownRota:
    """Raises NotAllowed, InvalidInput or StoreUnavailable; WrongState if a colleague has saved the rota in the
    meantime.
    """
    if not staff.may_plan:
        raise NotAllowed("Only a manager or an administrator can change the rota.")
    clinicians = {one.name for one in colleagues.who_work() if CLINICIAN in one.groups}
    past = problems_of_past(change.overrides, rotas.get().rota.overrides, at, hours)
    if problems := (*problems_of(change, clinicians, hours), *past):
        raise InvalidInput(problems)
    try:
        rotas.replace(saved(change, staff.name, at, hours))
    except RotaChanged:
        now = rotas.get().rota
        detail = "The rota has changed since you opened it."
        raise WrongState(detail, now.changed_by, "save_rota", now.changed_at) from None
    return _shown(rotas.get(), hours, at)


def _shown(board: DutyBoard, hours: OpeningHours, at: datetime) -> ShownRota:
    unreachable = tuple(name for name in board.rota.names if not is_reachable(name, board.reach, at))
    ahead = duties(board.rota, at, at + SHOWN, hours)
    return ShownRota(board, to_alert(board, at, hours), ahead, unreachable, at)
