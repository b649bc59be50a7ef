"""The Dockerfile: built and run where there is a Docker; everywhere, what can be said of it without one."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.package.conftest import PACKAGES, ROOT, Built, Installed, run

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """(instruction, what follows it) of each stage."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    result: list[list[Instruction]] = []
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            result.append([])
        result[-1].append((word, rest))
    return result


def test_two_stages_of_one_base_of_a_version_that_is_tested() -> None:
    """The environment of the first finds its Python in the second; CI runs the same version."""
    build, final = stages()
    base = final[0][1]
    assert build[0] == ("FROM", f"{base} AS build")
    version = re.fullmatch(r"python:(3\.\d+)-slim", base)
    assert version
    assert f'"{version[1]}"' in (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert ("COPY", "--from=build /opt/tracker /opt/tracker") in final
    assert not [rest for word, rest in final if word == "RUN" and re.search(r"\bpip\b|build-essential|gcc", rest)]


def test_it_runs_as_nobody_in_its_volume(installed: Installed) -> None:
    """The user is not root and owns /data; the check of its health is a command that there is."""
    final = dict(stages()[1])
    assert (final["USER"], final["WORKDIR"], final["VOLUME"]) == ("tracker", "/data", "/data")
    users = next(rest for word, rest in stages()[1] if word == "RUN" and "useradd" in rest)
    assert "--uid 10001" in users
    assert "--owner tracker /data" in users
    assert final["ENTRYPOINT"] == '["tracker"]'
    check = re.search(r'CMD \["tracker", "([a-z-]+)"\]', final["HEALTHCHECK"])
    assert check
    assert installed.tracker(check[1], "--help").startswith(f"Usage: tracker {check[1]}")


def test_what_is_copied_is_all_that_the_package_is_built_from(built: Built, tmp_path: Path) -> None:
    """.dockerignore lets these through and nothing else, and the wheel that they give is the same."""
    copied = [name for word, rest in stages()[0] if word == "COPY" for name in shlex.split(rest)[:-1]]
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}
    assert set(copied) == let_through
    assert set(PACKAGES) <= let_through
    for name in copied:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (tmp_path / "source").mkdir(exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / "source" / name)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", tmp_path / "source", cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as from_image, zipfile.ZipFile(built.wheel) as ours:
        assert sorted(from_image.namelist()) == sorted(ours.namelist())


def test_the_image_is_built_and_works_where_there_is_a_docker() -> None:
    """Elsewhere the tests above say what can be said."""
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "info"], capture_output=True).returncode:
        return
    image = "leaderboard-tracker:test"
    run(docker, "build", "--quiet", "--tag", image, ".", cwd=ROOT)
    assert run(docker, "run", "--rm", image, "--version", cwd=ROOT).startswith("tracker, version ")
    assert "SUPPORTED" in run(docker, "run", "--rm", "--network", "none", image, "demo", cwd=ROOT)
    assert run(docker, "run", "--rm", "--entrypoint", "id", image, "-u", cwd=ROOT) == "10001\n"
