"""Sets DEPTH, the factor for the number of generated examples."""

from __future__ import annotations

from hypothesis import settings

DEPTH = 20 if settings.get_current_profile_name() == "anew" else 1
