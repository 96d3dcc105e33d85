"""Written by `python -m dev.schemas`."""

import shared.domain.submission

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.submission.Consents,
    "schema": {
        "type": "model-fields",
        "fields": {
            "contact": {"type": "model-field", "schema": {"type": "bool", "strict": True}},
            "sms": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "bool", "strict": True}, "default": False},
            },
            "marketing": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "bool", "strict": True}, "default": False},
            },
        },
        "model_name": "Consents",
    },
    "config": {
        "title": "Consents",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.submission.Consents",
}
