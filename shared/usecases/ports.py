"""What use cases need from outside: the rules, the leads as they are stored, and ways to send and to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:  # names for the signatures: a function loads those that it uses
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from shared.domain.leads.export import Period
    from shared.domain.leads.lead import Lead
    from shared.domain.leads.lead_view import LeadSummary
    from shared.domain.leads.retention import Kept, Stage
    from shared.domain.leads.staff import Staff
    from shared.domain.rules.triage import RuleSet

ATTEMPTS_TO_WORK = 4
Notice_contra = TypeVar("Notice_contra", contravariant=True)


class RuleSets(Protocol):
    def of(self, questionnaire_id: str, language: str = "", /) -> RuleSet | None: ...


class Leads(Protocol):
    def add(self, lead: Lead, /) -> Lead | None:
        """Store a lead that is not there yet. Returns None, or the lead that already has this id.

        Raises StoreUnavailable or LeadErased.
        """

    def get(self, lead_id: UUID, /) -> Lead | None:
        """The lead as last written. Raises StoreUnavailable."""

    def replace(self, before: Lead, after: Lead, /) -> None:
        """Write `after` while `before` is still the stored version. Raises LeadChanged or StoreUnavailable."""

    def due(self, at: datetime, /) -> Iterable[UUID]:
        """Leads whose next look is due: red flags first, then the longest due first. Raises StoreUnavailable."""


class Spool(Protocol):
    def put(self, lead: Lead, /) -> None:
        """Keep a lead while the table is away; once this returns, it is durable. Raises StoreUnavailable."""


class Worklist(Leads, Protocol):
    """The leads as staff look for them. All raise StoreUnavailable."""

    def open_leads(self, after: str | None = None, /) -> Iterable[tuple[LeadSummary, str]]:
        """Open leads in the order of `urgency`, each with the cursor that goes on after it; read as far as asked for.

        Raises InvalidInput for a cursor that is not from this list, as do the other lists.
        """

    def taken_leads(self, after: str | None = None, /) -> Iterable[tuple[LeadSummary, str]]:
        """Those of the open leads that somebody has, in the same way."""

    def closed_leads(self, after: str | None = None, /) -> Iterable[tuple[LeadSummary, str]]:
        """Leads that need nobody, the latest done first, in the same way."""

    def id_of(self, reference: str, /) -> UUID | None: ...

    def of_person(self, phone_key: str, email_key: str, /) -> tuple[LeadSummary, ...]:
        """Leads with that number or address, the latest first."""


class Archive(Worklist, Protocol):
    """The leads as they leave, and what is left of them. All raise StoreUnavailable."""

    def arrivals(self, period: Period, after: str | None = None, /) -> Iterable[tuple[UUID, str]]:
        """The leads that came in then, in order, each with its cursor; read as far as asked for."""

    def in_stage(self, stage: Stage, until: datetime, /) -> Iterable[UUID]:
        """What entered this stage then or earlier, the oldest first."""

    def kept(self, lead_id: UUID, /) -> Kept | None:
        """The lead, or what is left of it."""

    def replace(self, before: Kept, after: Kept, /) -> None:
        """Write `after` while `before` is still the stored version. Raises LeadChanged."""

    def remove(self, kept: Kept, /) -> None:
        """Leave nothing, while that version is the stored one. Raises LeadChanged."""


class Accesses(Protocol):
    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime, /) -> None:
        """Record that this person saw the lead. Raises StoreUnavailable."""


class Publisher(Protocol[Notice_contra]):
    def publish(self, notice: Notice_contra, /) -> None:
        """Hand it over for delivery. Raises any error of the channel."""


class Undeliverable(Protocol):
    def put_back(self, entry: str, /) -> None:
        """Keep an entry of the spool for a person to look at. Raises StoreUnavailable."""


class Canary(Protocol):
    def send(self, *, tries_spool: bool = False) -> str:
        """Send a lead that is nobody's through the real API, past the table into the spool or not; gives its reference.

        Raises any error of the way."""

    def alerts(self) -> Iterable[str]:
        """The canaries' alerts that came out since the last look; waits a little for one."""


class Subscribers(Protocol):
    def confirmed(self) -> frozenset[str]:
        """Endpoints that get alerts. Raises any error of the channel."""
