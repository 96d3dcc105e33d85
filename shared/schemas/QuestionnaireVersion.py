"""Written by `python -m dev.schemas`."""

import shared.domain.submission

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.submission.QuestionnaireVersion,
    "schema": {
        "type": "model-fields",
        "fields": {
            "id": {"type": "model-field", "schema": {"type": "str", "pattern": "^[a-z][a-z0-9-]{0,39}$"}},
            "version": {
                "type": "model-field",
                "schema": {"type": "str", "pattern": "^[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}$"},
            },
        },
        "model_name": "QuestionnaireVersion",
    },
    "config": {
        "title": "QuestionnaireVersion",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.submission.QuestionnaireVersion",
}
