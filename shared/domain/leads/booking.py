"""Defines the appointment that staff booked for the person of a lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ASSUMED_LENGTH = timedelta(minutes=30)  # only the clinic's calendar has the real length; FHIR and .ics require an end


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment. Its length is not known but assumed: see ASSUMED_LENGTH.

    at: when it begins, in UTC.
    with_whom: the name of the clinician; "" if that is not decided yet.
    note: what the person should know or bring. Unlike other notes by staff, this text is sent to the person.
    """

    at: datetime
    with_whom: str = ""
    note: str = ""

    @property
    def ends(self) -> datetime:
        return self.at + ASSUMED_LENGTH
