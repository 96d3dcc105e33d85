"""Models that several responses to signed-in staff share. Functions for visitors never load this module."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import PlainSerializer

from shared.http.problem_details import ProblemDetails

Instant = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json")]  # ISO 8601 with its UTC offset


class StaffProblem(ProblemDetails):
    """Problem details (RFC 9457) for staff, with the colleague who was faster.

    owner_name: the colleague who has had the lead since `since`.
    by_name: the colleague who did `action` at `since`.
    """

    owner_name: str | None = None
    by_name: str | None = None
    action: str | None = None
    since: Instant | None = None
