"""Writes an appointment or a promised call as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

MEDIA_TYPE = "text/calendar"
LINE = 75  # octets; longer lines are folded


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An entry of a calendar, with times in UTC.

    uid: the id by which a calendar replaces an earlier version of the entry.
    """

    uid: str
    title: str
    description: str
    starts: datetime
    ends: datetime
    sequence: int = 0
    busy: bool = True

    def ics(self, at: datetime) -> str:
        lines = (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//clinic//appointments//EN",
            "METHOD:PUBLISH",
            "BEGIN:VEVENT",
            f"UID:{self.uid}",
            f"SEQUENCE:{self.sequence}",
            f"DTSTAMP:{_instant(at)}",
            f"DTSTART:{_instant(self.starts)}",
            f"DTEND:{_instant(self.ends)}",
            f"SUMMARY:{_text(self.title)}",
            f"DESCRIPTION:{_text(self.description)}",
            *(() if self.busy else ("TRANSP:TRANSPARENT",)),
            "END:VEVENT",
            "END:VCALENDAR",
        )
        return "".join(f"{_folded(line)}\r\n" for line in lines)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    for special in ("\\", ";", ","):
        value = value.replace(special, f"\\{special}")
    return "\\n".join(value.splitlines())


def _folded(line: str) -> str:
    """Folds a line into parts of at most LINE octets, without splitting a character."""
    parts, octets, room = [], line.encode(), LINE
    while octets:
        part = octets[:room].decode(errors="ignore")  # a character that would be split goes to the next part
        parts.append(part)
        octets, room = octets[len(part.encode()) :], LINE - 1
    return "\r\n ".join(parts)
