"""The Latch that is attacked: one of its own, so that what hurts it is seen here and nowhere else."""

import pytest
from support.house import House


@pytest.fixture(scope="session")
def victim():
    """It must be alive at the end, and stop when it is asked to."""
    house = House.start("--leads", "0")
    yield house
    assert house.process.poll() is None, "it did not survive"
    assert house.stop() == 0


@pytest.fixture(scope="session")
def token(victim):
    """A good access token."""
    return victim.token()
