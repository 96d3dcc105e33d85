"""Written by `python -m dev.schemas`."""

import shared.domain.advice
import shared.domain.lead

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.lead.Receipt,
    "schema": {
        "type": "model-fields",
        "fields": {
            "reference": {"type": "model-field", "schema": {"type": "nullable", "schema": {"type": "str"}}},
            "disposition": {"type": "model-field", "schema": {"type": "str"}},
            "messages": {
                "type": "model-field",
                "schema": {
                    "type": "tuple",
                    "items_schema": [
                        {
                            "type": "model",
                            "cls": shared.domain.advice.ShownMessage,
                            "schema": {
                                "type": "model-fields",
                                "fields": {
                                    "id": {"type": "model-field", "schema": {"type": "str"}},
                                    "text": {"type": "model-field", "schema": {"type": "str"}},
                                },
                                "model_name": "ShownMessage",
                            },
                            "config": {
                                "title": "ShownMessage",
                                "extra_fields_behavior": "ignore",
                                "hide_input_in_errors": True,
                            },
                            "ref": "shared.domain.advice.ShownMessage",
                        }
                    ],
                    "variadic_item_index": 0,
                },
            },
            "received_at": {
                "type": "model-field",
                "schema": {"type": "datetime", "microseconds_precision": "truncate"},
            },
        },
        "model_name": "Receipt",
    },
    "config": {"title": "Receipt", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.lead.Receipt",
}
