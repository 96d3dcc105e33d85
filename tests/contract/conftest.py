"""The engines that the table's contract is tested on, beside moto."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dev.dynamodb_local import DynamoDBLocal, missing


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The address of AWS's own DynamoDB Local, empty."""
    if problem := missing():
        pytest.skip(problem)  # it needs a JDK, which this project does not install
    with DynamoDBLocal() as database:
        yield database.endpoint
