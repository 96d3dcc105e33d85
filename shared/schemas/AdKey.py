"""Written by `python -m dev.schemas`."""

import shared.domain.ad_lead

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.ad_lead.AdKey,
    "schema": {
        "type": "model-fields",
        "fields": {
            "google_key": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "str", "max_length": 200}, "default": ""},
            }
        },
        "model_name": "AdKey",
    },
    "config": {"title": "AdKey", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.ad_lead.AdKey",
}
