"""Written by `python -m dev.schemas`."""

import shared.domain.reading
import shared.domain.submission

CORE = "2.46.5"
SCHEMA = {
    "type": "model",
    "cls": shared.domain.submission.Attribution,
    "schema": {
        "type": "model-fields",
        "fields": {
            "utm_source": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 120, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "utm_medium": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 120, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "utm_campaign": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 120, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "utm_term": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 120, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "utm_content": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 120, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "gclid": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 200, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "gbraid": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 200, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "wbraid": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 200, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "msclkid": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 200, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "fbclid": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 200, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "referrer_host": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                            "schema": {"type": "str", "min_length": 1, "max_length": 253, "strip_whitespace": True},
                        },
                    },
                    "default": None,
                },
            },
            "landing_path": {
                "type": "model-field",
                "schema": {
                    "type": "default",
                    "schema": {
                        "type": "nullable",
                        "schema": {
                            "type": "function-after",
                            "function": {"type": "no-info", "function": shared.domain.reading.without_query},
                            "schema": {
                                "type": "function-after",
                                "function": {"type": "no-info", "function": shared.domain.reading.refuse_control},
                                "schema": {"type": "str", "min_length": 1, "max_length": 500, "strip_whitespace": True},
                            },
                        },
                    },
                    "default": None,
                },
            },
        },
        "model_name": "Attribution",
    },
    "config": {
        "title": "Attribution",
        "extra_fields_behavior": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    },
    "ref": "shared.domain.submission.Attribution",
}
