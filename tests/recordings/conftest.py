"""The tests of whole recordings, which are not part of the project: `make test-recordings RECORDINGS=DIR`.

DIR holds `captures/` (pages as they were recorded, with `index.csv`: captured_at, url, file), `vectors/`, `facts/` and
`registry_facts/`. What must hold without them is tested on the saved pages.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the recordings are."""
    parser.addoption("--recordings", type=Path, help="a folder with captures/, vectors/, facts/, registry_facts/")


@pytest.fixture(scope="session")
def recordings(request: pytest.FixtureRequest) -> Path:
    """The folder of the recordings; a run without it is a mistake."""
    folder: Path | None = request.config.getoption("--recordings")
    if folder is None or not (folder / "captures" / "index.csv").is_file():
        pytest.fail("these tests need --recordings DIR, a folder that holds captures/index.csv")
    return folder.resolve()
