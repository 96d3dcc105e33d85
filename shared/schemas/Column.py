"""Written by `python -m dev.schemas`."""

import shared.domain.ad_lead

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.ad_lead.Column,
    "schema": {
        "type": "model-fields",
        "fields": {
            "column_id": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "string_value": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
        },
        "model_name": "Column",
    },
    "config": {"title": "Column", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.ad_lead.Column",
}
