"""How many examples generated tests try: few in `make test`, twenty times as many each night."""

from __future__ import annotations

from hypothesis import settings

DEPTH = 20 if settings.get_current_profile_name() == "anew" else 1
