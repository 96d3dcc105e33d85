"""Silences log lines and metrics in runs of thousands of requests."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import Iterator


class Nowhere(io.StringIO):
    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def quiet(*, formats: bool = False) -> Iterator[None]:
    """Silences the functions. With `formats`, log lines are formatted, so that tests can search them."""
    logger = logging.getLogger("leads")
    before, logger.disabled = logger.disabled, not formats
    handlers = [found for found in logger.handlers if formats and isinstance(found, logging.StreamHandler)]
    streams = [(handler, handler.setStream(Nowhere())) for handler in handlers]
    try:
        with contextlib.redirect_stdout(Nowhere()):
            yield
    finally:
        logger.disabled = before
        for handler, stream in streams:
            handler.setStream(stream or sys.stdout)
