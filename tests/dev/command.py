from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch


def run(main: Callable[[], int], *arguments: str | Path, given: str = "") -> tuple[int | str | None, str, str]:
    """Returns a command's exit status, output and error output.

    given: the standard input
    """
    printed, errors = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", [main.__module__, *map(str, arguments)]),
        patch.object(sys, "stdin", io.StringIO(given)),
        redirect_stdout(printed),
        redirect_stderr(errors),
    ):
        try:
            status: int | str | None = main()
        except SystemExit as ended:
            status = ended.code
    return status, printed.getvalue(), errors.getvalue()
