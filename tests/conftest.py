"""What several tests need."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.upstream import NEWEST, Upstream

# The first call of a reader imports its library: a limit on the time of one example would fail by chance.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")
# A suite that runs in the background ignores these, and so would every process that a test starts and then ends by them.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler)


@pytest.fixture(scope="module")
def simulated() -> Iterator[Upstream]:
    """The simulated internet of one module, for what its tests have in common."""
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def upstream(simulated: Upstream) -> Iterator[Upstream]:
    """The simulated internet on its newest day, without faults, its log empty."""
    simulated.day(NEWEST)
    simulated.log()
    yield simulated
    simulated.faults.clear()
    simulated.instead.clear()
    simulated.chance = str


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory filled by a real collect of the demo's bundled pages."""
    from tracker.cli.demo import collected

    folder = tmp_path_factory.mktemp("demo") / "data"
    collected(folder)
    return folder
