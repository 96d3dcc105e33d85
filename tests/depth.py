"""Sets DEPTH, by which tests multiply their number of generated examples: 1 in `make test`, 20 in the nightly run."""

from __future__ import annotations

from hypothesis import settings

DEPTH = 20 if settings.get_current_profile_name() == "anew" else 1
