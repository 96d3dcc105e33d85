from __future__ import annotations

import sys
from datetime import UTC, datetime

from shared.rulebook.loading import Rulebook, load
from shared.rulebook.reader import RulebookError


def load_rules() -> Rulebook:
    """Returns the repository's rulebook, or ends the command with a one-line error."""
    try:
        rulebook = load()
        rulebook.check_signed_by(datetime.now(UTC).date().isoformat())
    except (RulebookError, OSError) as error:
        sys.exit(f"The rulebook does not load: {error}")
    return rulebook
