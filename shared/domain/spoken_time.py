"""Writes times and opening hours in words, for example "Monday, November 30 at 5 PM CST"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from functools import lru_cache
from itertools import groupby
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


@lru_cache(maxsize=8)
def spoken_time(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Returns the time in words with its time zone, in English if the language is unknown."""
    language = language if language in DAYS else "en"
    local = at.astimezone(zone)
    day, month = DAYS[language][local.weekday()], MONTHS[language][local.month - 1]
    hour = f"{_hour(local.time(), language)} {local.tzname()}"
    if language == "es":
        return f"el {day} {local.day} de {month} a la{'' if local.hour % 12 == 1 else 's'} {hour}"
    return f"{day}, {month} {local.day} at {hour}"


def in_english(spoken: str) -> str:
    """Translates a Spanish text of `spoken_time` to English. Returns other texts unchanged."""
    found = re.fullmatch(r"el (\w+) (\d+) de (\w+) a las? (\S+) ([ap])\.m\. (\S+)", spoken)
    if found is None or found[1] not in DAYS["es"] or found[3] not in MONTHS["es"]:
        return spoken
    day, month = DAYS["en"][DAYS["es"].index(found[1])], MONTHS["en"][MONTHS["es"].index(found[3])]
    return f"{day}, {month} {found[2]} at {found[4]} {found[5].upper()}M {found[6]}"


def spoken_hours(days: Mapping[int, tuple[time, time]], language: str) -> str:
    """Returns opening hours, for example "Monday to Thursday, 8 AM to 5 PM; Friday, 8 AM to 12 PM".

    days: weekday (0 = Monday) -> opening and closing time.
    """
    return _spoken_hours(tuple(days.items()), language if language in DAYS else "en")


@lru_cache(maxsize=8)
def _spoken_hours(known: tuple[tuple[int, tuple[time, time]], ...], language: str) -> str:
    days, spans = dict(known), []
    for _, same in groupby(range(len(DAYS[language])), key=days.get):
        numbers = list(same)
        hours = days.get(numbers[0])
        if hours is None:
            continue
        names = [DAYS[language][number] for number in (numbers[0], numbers[-1])]
        to = " a " if language == "es" else " to "
        opens, closes = (_hour(at, language) for at in hours)
        named = names[0] if len(numbers) == 1 else to.join(names)
        spans.append(f"{named}, de {opens} a {closes}" if language == "es" else f"{named}, {opens} to {closes}")
    return "; ".join(spans)


def _hour(at: time, language: str) -> str:
    hour = str(at.hour % 12 or 12) + (f":{at.minute:02}" if at.minute else "")
    morning, afternoon = ("a.m.", "p.m.") if language == "es" else ("AM", "PM")
    return f"{hour} {afternoon if at.hour >= 12 else morning}"  # noqa: PLR2004
