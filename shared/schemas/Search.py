"""Written by `python -m dev.schemas`."""

import shared.domain.reading
import shared.domain.worklist

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.worklist.Search,
    "schema": {
        "type": "model-fields",
        "fields": {
            "q": {
                "type": "model-field",
                "schema": {
                    "type": "function-after",
                    "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                    "schema": {"type": "str", "min_length": 1, "max_length": 254, "strip_whitespace": True},
                },
            }
        },
        "model_name": "Search",
    },
    "config": {
        "title": "Search",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.worklist.Search",
}
