"""What is in the wheel, and in the source distribution: the four packages, whole, and nothing else."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from email.parser import BytesParser

from tests.package.conftest import PACKAGES, ROOT, Built, package_files


def members(built: Built) -> dict[str, bytes]:
    """Every file of the wheel."""
    with zipfile.ZipFile(built.wheel) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


def test_the_wheel_has_every_file_of_the_packages_and_no_other(built: Built) -> None:
    """SQL, TOML, CSV, the demo's pages, the bundled editions and py.typed, byte for byte; no test, no document."""
    held = {name: body for name, body in members(built).items() if ".dist-info/" not in name}
    expected = package_files(ROOT)
    assert held.keys() == expected.keys()
    assert held == expected
    for name in (
        "registry/data/releases.csv",
        "scrapers/sources/arena.toml",
        "storage/sql/share.sql",
        "storage/sql/share/points.sql",
        "tracker/bundled/compassbench/25-07.csv",
        "tracker/claims.toml",
        "tracker/demo/aider.yml",
        *(f"{package}/py.typed" for package in PACKAGES),
    ):
        assert name in held


def test_the_wheel_says_what_it_is(built: Built) -> None:
    """Version, Python, licence and command, and no dependency that only some people need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    described = {name.rpartition("/")[2]: body for name, body in members(built).items() if ".dist-info/" in name}
    metadata = BytesParser().parsebytes(described["METADATA"])
    assert (metadata["Version"], metadata["Requires-Python"]) == (project["version"], project["requires-python"])
    assert described["LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert described["top_level.txt"].decode().split() == [*PACKAGES]
    assert b"tracker = tracker.cli:main" in described["entry_points.txt"]
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert not [line for line in needed if line.startswith(("pandas", "vl-convert", "pytest"))]


def test_the_source_distribution_has_the_packages_and_no_tests(built: Built) -> None:
    """Part of a suite would be none."""
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert names >= package_files(ROOT).keys() | {"pyproject.toml", "README.md", "LICENSE"}
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]
