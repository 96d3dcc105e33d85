"""What happened to a lead since it came in: entries are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.domain.checked import Stored

Status = Literal["new", "acknowledged", "booked", "closed"]
SYSTEM = "system"
RETURNED = "returned"  # the visitor came back and sent more; its detail:
OPENED_AGAIN = "opened_again"  # the lead was done
TOLD_AGAIN = "told_again"  # somebody had it, who had not seen this


class Standing(Stored):
    """Where a lead stands among staff: all that undoing an action puts back."""

    status: Status = "new"
    owner: str = ""
    owner_name: str = ""
    acknowledged_at: datetime | None = None
    closed_reason: str = ""
    closed_at: datetime | None = None


class HistoryEntry(Stored):
    """`version`: of the lead that the action made. `detail`: a code, such as an outcome or a tier. `text`: in the words
    of staff. `before`: what undoing it restores; None where it cannot be undone. `undo_of`: the undone entry's version.
    """

    at: datetime
    by: str
    by_name: str
    action: str
    version: int
    detail: str = ""
    text: str = ""
    before: Standing | None = None
    undo_of: int | None = None
