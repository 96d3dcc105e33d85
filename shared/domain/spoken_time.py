"""Writes a time as people say it, for example "Monday, November 30 at 5 PM"."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}


def spoken_time(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Returns the time in the time zone, in the language; in English for a language that is not known here."""
    language = language if language in DAYS else "en"
    local = at.astimezone(zone)
    day, month = DAYS[language][local.weekday()], MONTHS[language][local.month - 1]
    hour = str(local.hour % 12 or 12) + (f":{local.minute:02}" if local.minute else "")
    if language == "es":
        half = "p.m." if local.hour >= 12 else "a.m."  # noqa: PLR2004
        return f"el {day} {local.day} de {month} a la{'' if local.hour % 12 == 1 else 's'} {hour} {half}"
    return f"{day}, {month} {local.day} at {hour} {'PM' if local.hour >= 12 else 'AM'}"  # noqa: PLR2004
