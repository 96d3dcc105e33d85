from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.aws import Aws, aws_in_process


@pytest.fixture
def aws() -> Iterator[Aws]:
    with aws_in_process() as aws:
        yield aws
