"""Declares what use cases call, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:  # for annotations only, so that each Lambda function imports just what it uses
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from shared.domain.leads.access import Access
    from shared.domain.leads.counts import Cell, Change, Counted
    from shared.domain.leads.erasure import Erasure, Kept
    from shared.domain.leads.export import Period
    from shared.domain.leads.lead import Lead
    from shared.domain.leads.lead_summary import LeadSummary, Listed
    from shared.domain.leads.retention_stage import Stage
    from shared.domain.leads.rota import DutyBoard, Reach, Rota
    from shared.domain.leads.staff import Staff
    from shared.domain.rules.triage import RuleSet

ATTEMPTS_TO_WORK = 4  # how often to try to write a lead that other processes change at the same time
Notice_contra = TypeVar("Notice_contra", contravariant=True)


class RuleSets(Protocol):
    def of(self, questionnaire_id: str, language: str = "", /) -> RuleSet | None: ...

    @property
    def rule_sets(self) -> Mapping[str, RuleSet]:
        """Questionnaire id -> rule set in its original language."""

    @property
    def tier_names(self) -> tuple[str, ...]:
        """The names of the tiers of all rule sets, the most urgent first."""


class Leads(Protocol):
    def add(self, lead: Lead, /) -> Lead | None:
        """Stores a new lead and returns None. If the id is taken, returns the stored lead unchanged.

        Raises: StoreUnavailable, LeadErased.
        """

    def get(self, lead_id: UUID, /) -> Lead | None:
        """Returns the lead as it is stored now. Raises StoreUnavailable."""

    def replace(self, before: Lead, after: Lead, /) -> None:
        """Raises LeadChanged if `before` is no longer the stored version; StoreUnavailable."""

    def due(self, at: datetime, /) -> Iterable[UUID]:
        """Yields the ids of leads whose next alert is due. Red flags come first, then the longest overdue.

        Raises: StoreUnavailable.
        """


class LeadsWithRota(Leads, Protocol):
    def with_rota(self, lead_id: UUID, /) -> tuple[Lead | None, DutyBoard]:
        """Returns a lead and the rota, both as they are stored now. Raises StoreUnavailable."""


class LeadsByNumber(Leads, Protocol):
    def of_number(self, phone_key: str, /) -> Iterable[tuple[UUID, LeadSummary]]:
        """Yields the leads with this hashed phone number, newest first. Raises StoreUnavailable."""


class CountedLeads(Protocol):
    """The stored leads, for counting. All methods raise StoreUnavailable."""

    def get(self, lead_id: UUID, /) -> Lead | None: ...

    def arrivals(self, period: Period, /) -> Iterable[tuple[UUID, str]]: ...


class Spool(Protocol):
    def put(self, lead: Lead, /) -> None:
        """Raises StoreUnavailable if the queue does not confirm that it stored the lead."""


class LeadsByReference(Protocol):
    """The stored leads, as staff open and work on them. All methods raise StoreUnavailable."""

    def id_of(self, reference: str, /) -> UUID | None: ...

    def of_person(self, phone_key: str, email_key: str, /) -> tuple[tuple[UUID, LeadSummary], ...]:
        """Returns the leads with this hashed phone number or email address, newest first."""

    def names(self, lead_ids: Sequence[UUID], /) -> dict[UUID, str]:
        """Returns lead id -> patient's name, for at most 100 leads. Leaves out leads without a name."""

    def kept(self, lead_id: UUID, /) -> Kept | None:
        """Returns the lead, its tombstone, or None."""

    def replace(self, before: Lead, after: Lead, /) -> None:
        """Raises LeadChanged if `before` is no longer the stored version."""


class Worklist(Leads, LeadsByReference, Protocol):
    """The stored leads, as staff list and search them. All methods raise StoreUnavailable."""

    def open_leads(self, after: str | None = None, /) -> Iterable[Listed]:
        """Yields open leads in the order of `urgency`. Reads lazily.

        Raises: InvalidInput if the cursor `after` is not from this list.
        """

    def taken_leads(self, after: str | None = None, /) -> Iterable[Listed]:
        """Yields open leads that have an owner, in the same order as `open_leads`. Reads lazily.

        Raises: InvalidInput if the cursor `after` is not from this list.
        """

    def closed_leads(self, after: str | None = None, /) -> Iterable[Listed]:
        """Yields leads that are not open, the latest `LeadSummary.done_at` first. Reads lazily.

        Raises: InvalidInput if the cursor `after` is not from this list.
        """

    def batch(self, lead_ids: Sequence[UUID], /) -> tuple[Lead, ...]:
        """Takes at most 100 ids. Leaves out ids without a lead."""

    def summaries(self, lead_ids: Sequence[UUID], /) -> dict[UUID, LeadSummary]:
        """Returns lead id -> summary. Leaves out ids without a lead.

        Open leads come first, in the order of `urgency`, then others, the latest `LeadSummary.done_at` first.
        """


class Archive(Worklist, Protocol):
    """The stored leads and tombstones, for export, erasure and retention. All methods raise StoreUnavailable."""

    def arrivals(self, period: Period, after: str | None, /) -> Iterable[tuple[UUID, str]]:
        """Yields the ids of the leads that arrived in the period, earliest first, with cursors. Reads lazily."""

    def in_stage(self, stage: Stage, until: datetime, /) -> Iterable[UUID]:
        """Yields the ids of the leads and tombstones that entered the stage at `until` or earlier, oldest first."""

    def hashed_with_former_keys(self, key_id: str, /) -> Iterable[UUID]:
        """Yields the ids of leads whose contact details are hashed with a former key.

        key_id: the id of the current key.
        """

    def replace(self, before: Kept, after: Kept, /) -> None:
        """Raises LeadChanged if `before` is no longer the stored version."""

    def remove(self, kept: Kept, /) -> None:
        """Raises LeadChanged if `kept` is no longer the stored version."""


class Accesses(Protocol):
    def add(self, lead_id: UUID, staff: Staff, what: str, at: datetime, /) -> None:
        """Adds an entry to the access log. Raises StoreUnavailable.

        what: the kind of access, such as "opened" or the name of an action.
        """

    def add_page(self, references: Sequence[str], staff: Staff, at: datetime, /) -> None:
        """Adds an entry for a page of leads with names. Adds none if `staff` saw the same leads in this clock hour.

        Raises: StoreUnavailable.
        """


class Colleagues(Protocol):
    def who_work(self) -> Sequence[Staff]:
        """Returns all staff members who may act on leads, sorted by name. Raises StoreUnavailable."""


class Rotas(Protocol):
    """The on-call rota. All methods raise StoreUnavailable."""

    def get(self) -> DutyBoard: ...

    def replace(self, rota: Rota, /) -> None:
        """Raises RotaChanged if the stored rota is not the version before `rota`."""

    def reached(self, reach: Reach, /) -> None:
        """Stores who can be alerted individually."""


class AccessHistory(Protocol):
    """The access log, for administrators to read. All methods raise StoreUnavailable."""

    def add_reading(self, staff: Staff, at: datetime, /) -> None:
        """Records that `staff` read the log."""

    def between(self, period: Period, after: str | None, /) -> Iterable[tuple[Access, str]]:
        """Yields the entries of a period, the latest first, each with its cursor. Reads lazily.

        Raises: InvalidInput if the cursor `after` is not from this list.
        """


class Erasures(Protocol):
    """The erasures of the last weeks, kept apart from the leads. All methods raise StoreUnavailable."""

    def add(self, erasure: Erasure, /) -> None: ...

    def all(self) -> Iterable[Erasure]: ...


class OpenCounts(Protocol):
    """The counts of open leads, and the search keys of leads. All methods raise StoreUnavailable."""

    def open_leads(self) -> Mapping[Cell, int]:
        """Returns the counts of open leads. They may be slightly out of date."""

    def found_by(self, search_keys: Iterable[str], /) -> frozenset[UUID]:
        """Returns the ids of the leads that have all of these search keys."""


class Counts(OpenCounts, Protocol):
    """All counts, and a record for each lead of the counts that include it. All methods raise StoreUnavailable."""

    def counted(self, lead_id: UUID, /) -> Counted | None:
        """Returns which counts include the lead, or None if the lead is not counted."""

    def count(self, lead_id: UUID, before: Counted | None, after: Counted, changed: Change, /) -> None:
        """Applies `changed` to the counts and search keys, and records `after` for the lead.

        Raises: LeadChanged if the lead's record is no longer `before`, or another process is counting the lead.
        """

    def days(self, first: date, last: date, /) -> dict[date, Mapping[Cell, int]]:
        """Leaves out days without counts."""


class StopCounts(Protocol):
    def add_stop(self, day: date, cells: Mapping[Cell, int], /) -> None:
        """Adds `cells` to the day's counts of the pages on which visitors stopped. Raises StoreUnavailable."""


class Publisher(Protocol[Notice_contra]):
    def publish(self, notice: Notice_contra, /) -> None:
        """May raise any error of the underlying client."""


class Undeliverable(Protocol):
    def put_back(self, entry: str, /) -> None:
        """Moves a spool entry to the failure queue, for an operator. Raises StoreUnavailable."""


class Canary(Protocol):
    def send(self, *, tries_spool: bool = False) -> str:
        """Sends a canary (a test lead) to the public API. Returns its reference.

        tries_spool: whether the canary bypasses the table and goes through the spool.

        Raises: NotDelivered, or any other error of the request.
        """

    def alerts(self) -> Iterable[str]:
        """Returns each alert about canaries once. Waits briefly for alerts."""


class Subscribers(Protocol):
    def confirmed(self, topic_arn: str, /) -> frozenset[str]:
        """Returns the endpoints with a confirmed subscription to the topic. May raise any error of the client."""

    def missing(self) -> int:
        """Returns how many expected subscriptions are missing or not confirmed. May raise any error of the client."""
