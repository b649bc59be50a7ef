"""What several tests need."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from tests.simulated import _simulator, upstream  # noqa: F401 - fixtures: the world on loopback

# The first call of a reader imports its library: a limit on the time of one example would fail by chance.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the repository: recordings of the upstreams, vectors, the simulator."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "captures").is_dir():
        pytest.skip("needs ../shared (recordings of the upstreams), which is not committed and not here")
    return folder


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory filled by a real collect of the demo's bundled pages."""
    from tracker.cli.demo import collected

    folder = tmp_path_factory.mktemp("demo") / "data"
    collected(folder)
    return folder
