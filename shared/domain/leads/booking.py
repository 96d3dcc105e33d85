"""Defines the appointment that staff booked for the person of a lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ASSUMED_LENGTH = timedelta(minutes=30)  # FHIR and iCalendar require an end, which only the clinic's calendar knows


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment. Times are UTC.

    with_whom: the name of the clinician; "" if not decided yet.
    note: a text that is sent to the person, unlike other notes by staff.
    """

    at: datetime
    with_whom: str = ""
    note: str = ""

    @property
    def ends(self) -> datetime:
        return self.at + ASSUMED_LENGTH
