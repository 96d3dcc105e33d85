"""Converts a lead to a table item with the lead as JSON and the attributes of conditions and indexes.

No index contains a name, contact data or an answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic_core import from_json

from shared.adapters.dynamodb.partitions import Index, Item, Partitions
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.lead_summary import LeadSummary, summary_json, urgency
from shared.domain.leads.person_keys import key_id_in
from shared.domain.leads.retention_stage import stage_of

if TYPE_CHECKING:
    from shared.domain.leads.erasure import Kept

DUE = Index("due", "due_partition", "next_at")
WORKLIST = Index("worklist", "worklist_partition", "worklist_order")
ARRIVALS = Index("by_arrival", "arrival_partition", "arrival_order")
TO_RETIRE = Index("to_retire", "retention_partition", "retention_since")
MAIL_DUE = Index("mail_due", "mail_partition", "mail_at")
# Kinds of entries in the index DUE. Separate kinds let red flags be read first.
RED_FLAG, NO_RED_FLAG = "red", "other"
OPEN, CLOSED = "open", "closed"
ARRIVAL = "arrival"
# The id of the key that hashed the lead's phone number and e-mail address.
PERSON_KEY_ID = "person_key_id"
MAIL = "mail"
CANARY_KEPT_FOR = timedelta(days=2)


def item_of(kept: Kept, partitions: Partitions, *, sends_mail: bool = False) -> Item:
    """Returns the item of a lead or tombstone. An index lists only items that have the index's key attributes.

    sends_mail: whether this stack sends mail to patients. If False, the index MAIL_DUE does not list the item.
    """
    item: Item = {
        "lead_id": {"S": str(kept.lead_id)},
        "version": {"N": str(kept.version)},
        "lead" if isinstance(kept, Lead) else "remainder": {"S": kept.as_json()},
        # When the SDK repeats its own write, the id is the same. Other processes write another id.
        "write_id": {"S": uuid4().hex},
    }
    if not isinstance(kept, Lead):
        item |= _strings({"reference": kept.reference})  # shows staff that the lead was erased
    if isinstance(kept, Lead) and kept.source == CANARY:  # keep canaries off all lists; DynamoDB deletes them later
        expires = int((kept.assessment.received_at + CANARY_KEPT_FOR).timestamp())
        return item | _strings(_due_keys(kept, partitions)) | {"expires_at": {"N": str(expires)}}
    if (stage := stage_of(kept)) is not None:
        keys = {TO_RETIRE.partition: partitions.of(kept.lead_id, stage[0]), TO_RETIRE.order: instant(stage[1])}
        item |= _strings(keys)
    if isinstance(kept, Lead):
        item |= _strings(_due_keys(kept, partitions) | _list_keys(kept, partitions))
        item |= _strings(_mail_keys(kept, partitions)) if sends_mail else {}
    return item


def kept_of(item: Item) -> Kept:
    if "remainder" in item:
        from shared.domain.leads.erasure import Tombstone  # noqa: PLC0415  tombstones are rare

        return Tombstone.model_validate_json(item["remainder"]["S"])
    return Lead.model_validate_json(item["lead"]["S"])


def name_of(item: Item) -> str:
    """Skips validation of the lead, to keep lists fast."""
    lead = from_json(item["lead"]["S"]) if "lead" in item else {}
    return lead.get("submitted", {}).get("contact", {}).get("name") or ""


def summary_of(item: Item) -> LeadSummary:
    return LeadSummary.model_validate_json(item["summary"]["S"])


def instant(at: datetime) -> str:
    """Returns the time in UTC, to the millisecond, as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _due_keys(lead: Lead, partitions: Partitions) -> dict[str, str]:
    if lead.escalation.next_at is None:
        return {}
    kind = RED_FLAG if lead.assessment.red_flag else NO_RED_FLAG
    return {DUE.partition: partitions.of(lead.lead_id, kind), DUE.order: instant(lead.escalation.next_at)}


def _mail_keys(lead: Lead, partitions: Partitions) -> dict[str, str]:
    from shared.domain.leads.mail import next_mail_at  # noqa: PLC0415  not loaded on stacks that send no mail

    at = next_mail_at(lead)
    return {} if at is None else {MAIL_DUE.partition: partitions.of(lead.lead_id, MAIL), MAIL_DUE.order: instant(at)}


def _list_keys(lead: Lead, partitions: Partitions) -> dict[str, str]:
    """Returns the attributes by which the worklist, exports and searches find the lead.

    Each sort key includes the lead's id, because a cursor needs a unique position.
    """
    received_at, is_open = instant(lead.assessment.received_at), lead.needs_someone
    if is_open:
        taken, tier_rank, deadline, _ = urgency(lead)
        order = f"{taken:d}-{tier_rank:02}#{instant(deadline)}#{received_at}"
    else:
        order = instant(lead.work.closed_at or lead.assessment.received_at)
    lead_id = str(lead.lead_id)
    return {
        WORKLIST.partition: partitions.of(lead.lead_id, OPEN if is_open else CLOSED),
        WORKLIST.order: f"{order}#{lead_id}",
        "summary": summary_json(lead),
        ARRIVALS.partition: partitions.of(lead.lead_id, ARRIVAL),
        ARRIVALS.order: f"{received_at}#{lead_id}",
        PERSON_KEY_ID: key_id_in(lead.submitted.phone_key, lead.submitted.email_key),
        "reference": lead.reference,
        "received_at": received_at,
        "phone_key": lead.submitted.phone_key,
        "email_key": lead.submitted.email_key,
    }


def _strings(attributes: dict[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in attributes.items() if value}
