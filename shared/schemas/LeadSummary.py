"""Written by `python -m dev.schemas`."""

import shared.domain.lead_view

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.lead_view.LeadSummary,
    "schema": {
        "type": "model-fields",
        "fields": {
            "reference": {"type": "model-field", "schema": {"type": "str"}},
            "version": {"type": "model-field", "schema": {"type": "int"}},
            "tier": {"type": "model-field", "schema": {"type": "str"}},
            "status": {"type": "model-field", "schema": {"type": "str"}},
            "deadline": {
                "type": "model-field",
                "schema": {"type": "nullable", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            },
            "received_at": {
                "type": "model-field",
                "schema": {"type": "datetime", "microseconds_precision": "truncate"},
            },
            "acknowledged_at": {
                "type": "model-field",
                "schema": {"type": "nullable", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            },
            "closed_at": {
                "type": "model-field",
                "schema": {"type": "nullable", "schema": {"type": "datetime", "microseconds_precision": "truncate"}},
            },
            "closed_reason": {"type": "model-field", "schema": {"type": "str"}},
            "owner": {"type": "model-field", "schema": {"type": "str"}},
            "owner_name": {"type": "model-field", "schema": {"type": "str"}},
            "attempts": {"type": "model-field", "schema": {"type": "int"}},
            "suspect": {"type": "model-field", "schema": {"type": "bool"}},
            "complete": {"type": "model-field", "schema": {"type": "bool"}},
            "language": {"type": "model-field", "schema": {"type": "str"}},
            "tags": {
                "type": "model-field",
                "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
            },
            "sent_more": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "bool"}, "default": False},
            },
        },
        "model_name": "LeadSummary",
    },
    "config": {"title": "LeadSummary", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.lead_view.LeadSummary",
}
