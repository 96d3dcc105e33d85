"""Written by `python -m dev.schemas`."""

import shared.domain.suspicion

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.suspicion.Suspicion,
    "schema": {
        "type": "model-fields",
        "fields": {
            "score": {"type": "model-field", "schema": {"type": "default", "schema": {"type": "int"}, "default": 0}},
            "signs": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
                    "default": (),
                },
            },
            "suspect": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "bool"}, "default": False},
            },
        },
        "model_name": "Suspicion",
    },
    "config": {"title": "Suspicion", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.suspicion.Suspicion",
}
