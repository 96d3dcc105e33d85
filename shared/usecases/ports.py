"""Protocols of what use cases need from outside: rules, stored leads, queues and ways to publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:  # only for annotations, so that a function imports just what it uses
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from shared.domain.leads.export import Period
    from shared.domain.leads.lead import Lead
    from shared.domain.leads.lead_view import LeadSummary
    from shared.domain.leads.retention import Kept, Stage
    from shared.domain.leads.staff import Staff
    from shared.domain.rules.triage import RuleSet

ATTEMPTS_TO_WORK = 4  # to write a lead that others change at the same time
Notice_contra = TypeVar("Notice_contra", contravariant=True)


class RuleSets(Protocol):
    def of(self, questionnaire_id: str, language: str = "", /) -> RuleSet | None: ...


class Leads(Protocol):
    def add(self, lead: Lead, /) -> Lead | None:
        """Store a new lead. Returns None, or the stored lead that already has this id.

        Raises: StoreUnavailable, LeadErased.
        """

    def get(self, lead_id: UUID, /) -> Lead | None:
        """The lead as it is stored now; None if there is none. Raises StoreUnavailable."""

    def replace(self, before: Lead, after: Lead, /) -> None:
        """Write `after` if `before` is still the stored version. Raises LeadChanged or StoreUnavailable."""

    def due(self, at: datetime, /) -> Iterable[UUID]:
        """Leads whose next check is due: red flags first, then those due longest. Raises StoreUnavailable."""


class Spool(Protocol):
    def put(self, lead: Lead, /) -> None:
        """Queue a lead while the table is unavailable. Durable once this returns. Raises StoreUnavailable."""


class Worklist(Leads, Protocol):
    """The leads as staff list and search them. All methods raise StoreUnavailable."""

    def open_leads(self, after: str | None = None, /) -> Iterable[tuple[LeadSummary, str]]:
        """Open leads in the order of `urgency`, each with the cursor that continues after it. Reads lazily.

        Raises: InvalidInput for a cursor that is not from this list; so do the other lists.
        """

    def taken_leads(self, after: str | None = None, /) -> Iterable[tuple[LeadSummary, str]]:
        """Open leads that have an owner, in the same form."""

    def closed_leads(self, after: str | None = None, /) -> Iterable[tuple[LeadSummary, str]]:
        """Leads that are not open, the most recently done first, in the same form."""

    def id_of(self, reference: str, /) -> UUID | None: ...

    def of_person(self, phone_key: str, email_key: str, /) -> tuple[LeadSummary, ...]:
        """Leads with that number or address, newest first."""


class Archive(Worklist, Protocol):
    """Leads and tombstones, for export, erasure and retention. All methods raise StoreUnavailable."""

    def arrivals(self, period: Period, after: str | None = None, /) -> Iterable[tuple[UUID, str]]:
        """The leads that arrived in the period, in order, each with its cursor. Reads lazily."""

    def in_stage(self, stage: Stage, until: datetime, /) -> Iterable[UUID]:
        """The leads and tombstones that entered this stage at `until` or earlier, oldest first."""

    def kept(self, lead_id: UUID, /) -> Kept | None:
        """The lead or its tombstone; None if there is neither."""

    def replace(self, before: Kept, after: Kept, /) -> None:
        """Write `after` if `before` is still the stored version. Raises LeadChanged."""

    def remove(self, kept: Kept, /) -> None:
        """Delete it if that version is still the stored one. Raises LeadChanged."""


class Accesses(Protocol):
    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime, /) -> None:
        """Add to the access log that this person saw the lead. Raises StoreUnavailable."""


class Publisher(Protocol[Notice_contra]):
    def publish(self, notice: Notice_contra, /) -> None:
        """Hand the notice over for delivery. Raises any error of the channel."""


class Undeliverable(Protocol):
    def put_back(self, entry: str, /) -> None:
        """Move a spool entry to the failure queue, for an operator. Raises StoreUnavailable."""


class Canary(Protocol):
    def send(self, *, tries_spool: bool = False) -> str:
        """Send a test lead through the real API. Returns its reference.

        tries_spool: bypass the table, so that the spool delivers it.

        Raises: any error of the path.
        """

    def alerts(self) -> Iterable[str]:
        """The canaries' alerts published since the last call; waits briefly for one."""


class Subscribers(Protocol):
    def confirmed(self) -> frozenset[str]:
        """The endpoints with a confirmed subscription. Raises any error of the channel."""
