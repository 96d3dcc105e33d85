"""Provides the values for the landing page, and decides whether the page shows the form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from shared.adapters.web_files import FOLDER
from shared.domain.opening_hours import OpeningHours
from shared.domain.spoken_time import spoken_hours
from shared.rulebook.loading import Rulebook, read_table
from shared.rulebook.notices import notices
from shared.rulebook.reader import Reader
from shared.rulebook.ui_texts import words
from shared.settings import ClinicSettings

FILE = FOLDER / "clinic.toml"
LINKS = ("map_link", "privacy_practices", "nondiscrimination", "language_help")
NO_LINK = "This page does not link to the clinic's Notice of Privacy Practices yet."


@dataclass(frozen=True, slots=True)
class AboutClinic:
    """Details of the clinic on the landing page. An empty field is not shown.

    logo: name of an SVG file in web/
    clinician: a name with credentials
    map_link, privacy_practices, nondiscrimination, language_help: https addresses
    """

    logo: str = ""
    address: str = ""
    map_link: str = ""
    clinician: str = ""
    insurers: tuple[str, ...] = ()
    privacy_practices: str = ""
    nondiscrimination: str = ""
    language_help: str = ""


def about_clinic(file: Path = FILE) -> AboutClinic:
    """Raises ValueError if a field is unknown or invalid. The error names the file and the field."""
    table = Reader(read_table(file), file.name)
    texts = {name: table.optional_text(name) or "" for name in ("logo", "address", "clinician", *LINKS)}
    insurers = table.texts("insurers") if "insurers" in table else ()
    table.done()
    for name in LINKS:
        if texts[name] and not texts[name].startswith("https://"):
            raise table.error(f"{name}: a link begins with https://")
    if texts["logo"] and not (texts["logo"].endswith(".svg") and (file.parent / texts["logo"]).is_file()):
        raise table.error("logo: name an SVG file beside this file")
    return AboutClinic(insurers=insurers, **texts)


@dataclass(frozen=True, slots=True)
class LandingPage:
    """The landing page of one stack.

    open: whether visitors may send the form
    pilot: whether the page may show the form without a link to the privacy notice
    address: the service's base address, with a trailing slash
    """

    clinic: ClinicSettings
    about: AboutClinic
    hours: OpeningHours
    rulebook: Rulebook
    open: bool
    pilot: bool
    address: str

    @property
    def shows_form(self) -> bool:
        return self.open and (self.pilot or bool(self.about.privacy_practices))

    @property
    def file(self) -> str:
        return "index.html" if self.shows_form else "closed.html"

    @property
    def languages(self) -> tuple[str, ...]:
        return self.rulebook.languages(next(iter(self.rulebook.rule_sets)))

    def placeholders(self, language: str) -> dict[str, str]:
        """The value of `other_language` is "" if the page has only one language."""
        others = [offered for offered in self.languages if offered != language]
        hours = spoken_hours(self.hours.days, language)
        missing = NO_LINK if not (self.pilot or self.about.privacy_practices) else ""
        return {
            **self.clinic.words(),
            **asdict(self.about),
            "site_address": self.address,
            "insurers": ", ".join(self.about.insurers),
            **notices(self.rulebook, language),
            "privacy_notice": words(language).get(missing, missing),
            "clinic_hours": hours[:1].upper() + hours[1:],
            "other_language": others[0] if others else "",
        }
