"""Sets the functions' environment, and defines shared fixtures."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect

from dev.chromium import open_browser
from dev.cloud import PARAMETERS, LocalCloud
from dev.demo import Demo
from dev.front import Front
from tests import leaks
from tests.aws import ENVIRONMENT, Aws, aws_in_process

os.environ.update(ENVIRONMENT)  # functions read these variables on import
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)
leaks.install()

expect.set_options(timeout=20_000)

# Without deadlines and with the same examples in each run, correct code never fails by chance.
settings.register_profile("anew", deadline=None, max_examples=1_000)
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("steady")

CLOUDS = 2


@pytest.hookimpl(tryfirst=True)  # pytest-xdist must not have read the groups yet
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use the local cloud, and divides them into CLOUDS groups.

    pytest-xdist runs each group in one process with its own local cloud.
    """
    on_cloud = [item for item in items if "cloud" in getattr(item, "fixturenames", ())]
    for number, item in enumerate(on_cloud):
        item.add_marker(pytest.mark.cloud)
        item.add_marker(pytest.mark.xdist_group(f"cloud-{number % CLOUDS}"))


@pytest.fixture(autouse=True)
def no_leak() -> Iterator[leaks.Watch]:
    with leaks.watched() as watch:
        yield watch


@pytest.fixture
def aws() -> Iterator[Aws]:
    with aws_in_process() as aws:
        yield aws


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Demo]:
    """Yields a web site whose origin the service allows."""
    with Demo(port=0) as demo:
        yield demo


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, elsewhere: Demo) -> Iterator[LocalCloud]:
    """Yields the real template, deployed to an empty local cloud."""
    origins = f"{PARAMETERS['AllowedOrigins']},{elsewhere.origin}"
    with LocalCloud(tmp_path_factory.mktemp("cloud"), {"AllowedOrigins": origins}) as local_cloud:
        yield local_cloud
        assert leaks.found_in_cloud(local_cloud) == []


@pytest.fixture(scope="session")
def site(cloud: LocalCloud) -> Iterator[str]:
    with Front(cloud) as front:
        yield front.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yields one Chromium for the whole process, because Playwright cannot start again while running."""
    with open_browser() as browser:
        yield browser
