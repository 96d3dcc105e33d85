"""Writes an appointment, or the time of a promised call, as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

MEDIA_TYPE = "text/calendar"
LINE = 75  # octets of a line before it is folded
CONTINUES = 0b1000_0000  # how the further octets of a character begin in UTF-8


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry of a calendar, with times in UTC.

    uid: names the entry, so that a calendar replaces an earlier one.
    sequence: counts the changes of the entry.
    busy: False if the person stays free at that time, as for a call that may come earlier.
    """

    uid: str
    title: str
    description: str
    starts: datetime
    ends: datetime
    sequence: int = 0
    busy: bool = True

    def ics(self, at: datetime) -> str:
        """Returns the file. `at`: when it is made."""
        lines = (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//clinic//appointments//EN",
            "METHOD:PUBLISH",
            "BEGIN:VEVENT",
            _folded(f"UID:{self.uid}"),
            f"SEQUENCE:{self.sequence}",
            f"DTSTAMP:{_instant(at)}",
            f"DTSTART:{_instant(self.starts)}",
            f"DTEND:{_instant(self.ends)}",
            _folded(f"SUMMARY:{_text(self.title)}"),
            _folded(f"DESCRIPTION:{_text(self.description)}"),
            *(() if self.busy else ("TRANSP:TRANSPARENT",)),
            "END:VEVENT",
            "END:VCALENDAR\r\n",
        )
        return "\r\n".join(lines)


def _instant(at: datetime) -> str:
    utc = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return utc.isoformat().replace("-", "").replace(":", "") + "Z"  # strftime takes twice as long


def _text(value: str) -> str:
    for special in ("\\", ";", ","):
        value = value.replace(special, f"\\{special}")
    return "\\n".join(value.splitlines())


def _folded(line: str) -> str:
    """Returns the line in parts of LINE octets at most, never inside a character."""
    octets = line.encode()
    if len(octets) <= LINE:
        return line
    parts, start, room = [], 0, LINE
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0b1100_0000 == CONTINUES:
            end -= 1
        parts.append(octets[start:end])
        start, room = end, LINE - 1  # each further part begins with a space
    return b"\r\n ".join([*parts, octets[start:]]).decode()
