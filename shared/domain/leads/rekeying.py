"""Renews the hashes of a lead's phone number and email address after their secret key was rotated."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.leads.lead import Lead
from shared.domain.leads.person_keys import email_key, phone_key


def rekeyed(lead: Lead, person_key: str) -> Lead:
    """Returns the same object if no hash changes."""
    contact = lead.submitted.contact
    submitted = replace(
        lead.submitted,
        phone_key=phone_key(contact.phone, person_key),
        email_key=email_key(contact.email, person_key),
    )
    return lead if submitted == lead.submitted else lead.changed(submitted=submitted)
