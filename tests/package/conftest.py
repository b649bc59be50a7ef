"""The package as a stranger gets it: built once, and installed once into an environment that holds nothing else.

pip asks the index that this machine is configured for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("registry", "scrapers", "storage", "tracker")


def environment() -> dict[str, str]:
    """Of this process, without what would lead to the checkout or to other data."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TRACKER_", "COV"))}


def run(*words: str | Path, cwd: Path) -> str:
    """What a program printed; both streams are shown where it fails."""
    done = subprocess.run([*map(str, words)], cwd=cwd, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def package_files(folder: Path) -> dict[str, bytes]:
    """Every file of the four packages in a folder, by its path, but what Python compiles."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for package in PACKAGES
        for file in sorted((folder / package).rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


@dataclass(frozen=True)
class Built:
    """A source distribution, and the wheel that was built from it."""

    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel and what it depends on, and a folder to work in."""

    python: Path
    folder: Path
    packages: Path

    def tracker(self, *words: str | Path) -> str:
        """What a command printed."""
        return run(self.python.with_name("tracker"), *words, cwd=self.folder)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """From a copy of the checkout: what an earlier build left in it is no part of the package."""
    folder = tmp_path_factory.mktemp("built")

    def left_out(of: str, names: list[str]) -> list[str]:
        top = Path(of) == ROOT
        made_here = {"build", "dist", "data", "demo-data"}
        return [
            name
            for name in names
            if name == "__pycache__" or (top and (name.startswith(".") or name in made_here or "egg-info" in name))
        ]

    shutil.copytree(ROOT, folder / "source", ignore=left_out)
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", folder / "source", cwd=folder)
    (sdist,), (wheel,) = (folder / "dist").glob("*.tar.gz"), (folder / "dist").glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """With the pinned versions, and with no extra."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", built.wheel, cwd=folder)
    (folder / "work").mkdir()
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Installed(python, folder / "work", Path(run(python, "-c", where, cwd=folder).strip()))
