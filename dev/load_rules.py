"""Loads the rulebook for a command, which ends with one line if the rulebook does not load."""

from __future__ import annotations

import sys

from shared.rulebook.loading import Rulebook, load
from shared.rulebook.reader import RulebookError


def load_rules() -> Rulebook:
    """Returns the repository's rulebook. Ends the command with the file and the entry if it does not load."""
    try:
        return load()
    except (RulebookError, OSError) as error:
        sys.exit(f"The rulebook does not load: {error}")
