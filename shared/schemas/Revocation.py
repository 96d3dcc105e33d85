"""Written by `python -m dev.schemas`."""

import shared.domain.consent

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.consent.Revocation,
    "schema": {
        "type": "model-fields",
        "fields": {
            "lead_id": {"type": "model-field", "schema": {"type": "uuid"}},
            "consent": {
                "type": "model-field",
                "schema": {"type": "literal", "expected": ["contact", "sms", "marketing"]},
            },
            "how": {"type": "model-field", "schema": {"type": "str", "min_length": 1, "max_length": 300}},
        },
        "model_name": "Revocation",
    },
    "config": {
        "title": "Revocation",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.consent.Revocation",
}
