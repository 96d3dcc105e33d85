"""Written by `python -m dev.schemas`."""

import shared.domain.ad_lead

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.ad_lead.AdLead,
    "schema": {
        "type": "model-fields",
        "fields": {
            "lead_id": {"type": "model-field", "schema": {"type": "str", "min_length": 1, "max_length": 300}},
            "user_column_data": {
                "type": "model-field",
                "schema": {
                    "type": "tuple",
                    "items_schema": [
                        {
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
                            "config": {
                                "title": "Column",
                                "extra_fields_behavior": "ignore",
                                "hide_input_in_errors": True,
                            },
                            "ref": "shared.domain.ad_lead.Column",
                        }
                    ],
                    "variadic_item_index": 0,
                    "max_length": 60,
                },
            },
            "campaign_id": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {"type": "union", "choices": [{"type": "int"}, {"type": "str"}]},
                    },
                    "default": None,
                },
            },
            "gcl_id": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {"type": "nullable", "schema": {"type": "str"}},
                    "default": None,
                },
            },
            "is_test": {
                "type": "model-field",
                "schema": {"type": "default", "schema": {"type": "bool"}, "default": False},
            },
        },
        "model_name": "AdLead",
    },
    "config": {"title": "AdLead", "extra_fields_behavior": "ignore", "hide_input_in_errors": True},
    "ref": "shared.domain.ad_lead.AdLead",
}
