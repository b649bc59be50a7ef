"""A git repository that somebody else made: it is read, and nothing that it names is run, opened or waited for."""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import DeclarationError, TrackerError
from tests.git_server import git_server
from tests.place import SMALL, Place, page, points
from tracker.config import Config, Http
from tracker.importers import git_history, git_repository
from tracker.importers.git_repository import opened

ADDRESS = "https://raw.githubusercontent.com/owner/board/main/plain.csv"
WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def git(folder: Path, *command: str, given: bytes = b"", **environment: str) -> str:
    """What git answers in a folder."""
    done = subprocess.run(
        ["git", *command], cwd=folder, input=given, capture_output=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.decode().strip()


def committed(folder: Path, bodies: list[bytes], name: str = "plain.csv") -> None:
    """One commit a day, from 2026-01-01 on."""
    for day, body in enumerate(bodies, 1):
        (folder / name).write_bytes(body)
        git(folder, "add", name)
        when = f"2026-01-{day:02}T12:00:00Z"
        git(folder, "commit", "-qm", str(day), **WHO, GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three versions of a page."""
    folder = tmp_path / "board"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    committed(folder, [page([50, 40]), page([51, 40]), page([52, 40])])
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place with a source whose page is in that repository."""
    (tmp_path / "place" / "sources").mkdir(parents=True)
    declared = SMALL.format(score="points").replace("https://example.org/plain.csv", ADDRESS)
    (tmp_path / "place" / "sources" / "small.toml").write_text(declared)
    return Place(tmp_path / "place", more='source_folders = ["sources"]')


def backfilled(place: Place, repository: Path | str) -> list[dict[str, Any]]:
    """What comes of every version."""
    done = place.run("backfill", "small", "--from", "git", "--repo", repository, "--format", "json")
    assert done.out, done.err
    return list(done.json())


def states(outcomes: list[dict[str, Any]]) -> list[str]:
    """The state of each."""
    return [outcome["state"] for outcome in outcomes]


def config(folder: Path, **http: Any) -> Config:
    """A configuration with its data in this folder."""
    return Config(data=folder / "data", http=Http(**http))


def blob_of(repository: Path, revision: str) -> str:
    """The id of the page's content."""
    return git(repository, "rev-parse", f"{revision}:plain.csv")


def traps(marker: Path, elsewhere: Path) -> str:
    """A configuration in which whatever can name a program names one that leaves a mark."""
    run = f"touch {marker}; false"
    return f"""[core]
    repositoryformatversion = 1
    fsmonitor = "{run}"
    hooksPath = "{marker.parent}/hooks"
    pager = "{run}"
    sshCommand = "{run}"
    gitProxy = "{run}"
    askPass = "{marker.parent}/program"
    editor = "{run}"
    attributesFile = "{marker.parent}/attributes"
    alternateRefsCommand = "{run}"
[extensions]
    partialClone = origin
[remote "origin"]
    url = {elsewhere}
    promisor = true
    uploadpack = "touch {marker}; git-upload-pack"
[remote "other"]
    url = "ext::sh -c 'touch {marker}'"
    promisor = true
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[credential]
    helper = "!{run}"
[diff]
    external = "{marker.parent}/program"
[diff "trap"]
    textconv = "{marker.parent}/program"
    command = "{marker.parent}/program"
[filter "trap"]
    clean = "{run}"
    smudge = "{run}"
    process = "{run}"
    required = true
[log]
    showSignature = true
[gpg]
    program = "{marker.parent}/program"
[alias]
    log = "!{run}"
    cat-file = "!{run}"
[pager]
    log = "{run}"
    cat-file = "{run}"
[uploadpack]
    packObjectsHook = "{marker.parent}/program"
[include]
    path = {marker.parent}/more
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What a trap would leave, beside a program and hooks that do the same."""
    folder = tmp_path / "traps"
    (folder / "hooks").mkdir(parents=True)
    for name in ("program", *(f"hooks/{hook}" for hook in ("post-checkout", "reference-transaction", "pre-auto-gc"))):
        (folder / name).write_text(f"#!/bin/sh\ntouch {folder}/marker\ncat\n")
        (folder / name).chmod(0o755)
    (folder / "attributes").write_text("* diff=trap filter=trap\n")
    (folder / "more").write_text(f'[core]\n    fsmonitor = "touch {folder}/marker"\n')
    return folder / "marker"


def set_traps(repository: Path, marker: Path, tmp_path: Path) -> None:
    """Traps in the configuration and the attributes, a commit that asks for a check of its signature, and a content
    that git would fetch."""
    elsewhere = shutil.copytree(repository, tmp_path / "elsewhere")
    (repository / ".gitattributes").write_text("* diff=trap filter=trap\n")
    git(repository, "add", ".gitattributes")
    day = "2026-01-04T12:00:00Z"
    git(repository, "commit", "-qm", "attributes", **WHO, GIT_AUTHOR_DATE=day, GIT_COMMITTER_DATE=day)
    raw = git(repository, "cat-file", "commit", "HEAD")
    header, _, message = raw.partition("\n\n")
    parent = git(repository, "rev-parse", "HEAD~1")
    lines = [line for line in header.splitlines() if not line.startswith("parent")]
    lines[1:1] = [f"parent {parent}"]
    sign = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    signed = "\n".join([*lines, sign]) + f"\n\n{message}\n"
    commit = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", given=signed.encode())
    (repository / "plain.csv").write_bytes(page([53, 40]))
    git(repository, "update-ref", "refs/heads/main", commit)
    git(repository, "add", "plain.csv")
    tree = git(repository, "write-tree")
    signed = signed.replace(lines[0], f"tree {tree}").replace(parent, commit)
    commit = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", given=signed.encode())
    git(repository, "update-ref", "refs/heads/main", commit)
    lost = blob_of(repository, "main~3")
    (repository / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    (repository / ".git" / "config").write_text(traps(marker, elsewhere))
    shutil.copytree(marker.parent / "hooks", repository / ".git" / "hooks", dirs_exist_ok=True)


def test_nothing_that_a_repository_names_is_run(repository: Path, place: Place, marker: Path, tmp_path: Path) -> None:
    """The versions come in; the content that is not there is a refusal of that version, and is not fetched."""
    set_traps(repository, marker, tmp_path)
    outcomes = backfilled(place, repository)
    assert states(outcomes) == ["accepted", "refused", "accepted", "accepted"]
    assert "cat-file" in outcomes[1]["reason"]
    assert not marker.exists()
    assert [score for _, score in points(place, "small_plain")] == [50, 52, 53]


def test_nothing_that_the_user_or_the_environment_names_is_run(
    repository: Path, place: Place, marker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does either change what is read: a hook of git, in which GIT_DIR is set, may start a backfill."""
    set_traps(repository, marker, tmp_path)
    shutil.copy(repository / ".git" / "config", tmp_path / ".gitconfig")
    git(tmp_path, "init", "-q", "other")
    (repository / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 0\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "log.showSignature")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(marker.parent / "program"))
    assert states(backfilled(place, repository)) == ["accepted", "refused", "accepted", "accepted"]
    assert not marker.exists()


def test_a_repository_of_somebody_else_is_read(repository: Path, place: Place) -> None:
    """git itself refuses one, as long as its configuration would be believed."""
    if os.geteuid() == 0:  # nobody else can give a folder away
        for path in (repository, *repository.rglob("*")):
            os.lchown(path, 12345, 12345)
    assert states(backfilled(place, repository)) == ["accepted"] * 3


def bare(repository: Path) -> Path:
    """A bare copy."""
    git(repository.parent, "clone", "-q", "--bare", str(repository), "bare")
    return repository.parent / "bare"


def packed(repository: Path) -> Path:
    """All in a pack, refs too."""
    git(repository, "gc", "-q")
    return repository


def work_tree(repository: Path) -> Path:
    """A further work tree, whose .git is a file."""
    git(repository, "worktree", "add", "-q", "../tree", "main~0")
    return repository.parent / "tree"


def other_hash(repository: Path) -> Path:
    """The ids are of another length."""
    folder = repository.parent / "sha256"
    git(repository.parent, "init", "-q", "--object-format=sha256", "-b", "main", "sha256")
    committed(folder, [page([50, 40]), page([51, 40]), page([52, 40])])
    return folder


@pytest.mark.parametrize("of", [bare, packed, work_tree, other_hash])
def test_a_repository_of_any_kind_is_read(repository: Path, place: Place, of: Callable[[Path], Path]) -> None:
    """However its objects and refs are kept."""
    assert states(backfilled(place, of(repository))) == ["accepted"] * 3


def test_a_shallow_repository_ends_where_it_ends(repository: Path, place: Place) -> None:
    """Its earlier versions are not there, and nobody is asked for them."""
    git(repository.parent, "clone", "-q", "--depth", "2", f"file://{repository}", "shallow")
    assert states(backfilled(place, repository.parent / "shallow")) == ["accepted"] * 2


def test_objects_of_another_repository_are_not_reached(repository: Path, place: Place, tmp_path: Path) -> None:
    """Whoever knows the id of a content could have it imported."""
    git(tmp_path, "clone", "-q", "--shared", str(repository), "shared")
    done = place.run("backfill", "small", "--from", "git", "--repo", tmp_path / "shared")
    assert (done.code, "its objects lie in another repository" in done.err) == (2, True)
    linked = tmp_path / "linked"
    shutil.copytree(repository, linked)
    shutil.rmtree(linked / ".git" / "objects")
    (linked / ".git" / "objects").symlink_to(repository / ".git" / "objects")
    done = place.run("backfill", "small", "--from", "git", "--repo", linked)
    assert (done.code, "its objects lie in another repository" in done.err) == (2, True)


def test_a_commit_holds_what_its_id_stands_for(repository: Path, place: Place) -> None:
    """A replacement, which git would take instead, is passed over."""
    other = git(repository, "hash-object", "-w", "--stdin", given=page([99, 98]))
    git(repository, "replace", blob_of(repository, "main"), other)
    backfilled(place, repository)
    assert [score for _, score in points(place, "small_plain")] == [50, 51, 52]


def test_a_content_larger_than_a_page_may_be_is_a_refusal_of_its_version(repository: Path, place: Place) -> None:
    """By the limit of a fetched page, in [http] max_unpacked; it is not read."""
    place.config.write_text(place.config.read_text().replace("[http]\n", "[http]\nmax_unpacked = 5000\n"))
    committed(repository, [page([50, 40]), b"0" * 5001, page([52, 40])])
    outcomes = backfilled(place, repository)
    (refused,) = [outcome for outcome in outcomes if outcome["state"] == "refused"]
    content = blob_of(repository, "main~1")[:12]
    assert refused["reason"] == f"{repository}: content {content} has 5,001 bytes, more than 5,000"


def test_a_content_that_is_large_by_its_header_alone_is_not_unfolded(repository: Path, tmp_path: Path) -> None:
    """A few bytes that say of themselves that they are four gigabytes."""
    blob = git(repository, "hash-object", "-w", "--stdin", given=b"x")
    file = repository / ".git" / "objects" / blob[:2] / blob[2:]
    file.unlink()
    file.write_bytes(zlib.compress(b"blob 4000000000\0x"))
    with (
        opened(config(tmp_path), str(repository)) as history,
        pytest.raises(TrackerError, match="has 4,000,000,000 bytes"),
    ):
        history.blob(blob)


def test_what_git_prints_has_a_limit(repository: Path, tmp_path: Path) -> None:
    """A history without end is no answer."""
    with (
        opened(config(tmp_path, max_unpacked=100), str(repository)) as history,
        pytest.raises(TrackerError, match=f"git log in {repository}: more than 100 bytes"),
    ):
        git_history.versions(history, "plain.csv")


@pytest.mark.parametrize("name", ["refs/heads/main", "objects"])
def test_a_repository_that_lets_git_wait_is_given_up(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A named pipe in the place of a ref, or of a content."""
    blob = blob_of(repository, "main")
    pipe = repository / ".git" / (name if "/" in name else f"objects/{blob[:2]}/{blob[2:]}")
    pipe.unlink()
    os.mkfifo(pipe)
    monkeypatch.setattr(git_repository, "SECONDS", 0.5)
    started = time.monotonic()
    with (
        opened(config(tmp_path, timeout=0.5), str(repository)) as history,
        pytest.raises(TrackerError, match=r"not done after 0\.5 s"),
    ):
        history.blob(blob if name == "objects" else "main:plain.csv")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("name", ["HEAD", "config", "packed-refs", "shallow"])
def test_a_file_of_a_repository_that_is_none_is_refused(repository: Path, tmp_path: Path, name: str) -> None:
    """A named pipe in its place, from which nothing ever comes."""
    pipe = repository / ".git" / name
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    with (
        pytest.raises(DeclarationError, match="cannot be read: it is no regular file"),
        opened(config(tmp_path), str(repository)),
    ):
        pass


def test_a_tree_that_unfolds_without_end_takes_bounded_memory(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten folders, each ten times in the one above it, are a few hundred bytes and ten thousand million files."""
    blob = git(repository, "hash-object", "-w", "--stdin", given=b"x")
    tree = git(repository, "mktree", given="".join(f"100644 blob {blob}\tf{n}\n" for n in range(10)).encode())
    for _ in range(9):
        tree = git(repository, "mktree", given="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)).encode())
    commit = git(repository, "commit-tree", tree, "-p", "main", "-m", "bomb", **WHO)
    monkeypatch.setattr(git_repository, "MEMORY", 200 << 20)
    with (
        opened(config(tmp_path), str(repository)) as history,
        pytest.raises(TrackerError, match=r"git diff-tree in .*(out of memory|Out of memory)"),
    ):
        git_history.renamed_from(history, commit, "plain.csv")


def test_a_day_that_is_none_is_named_with_its_commit(repository: Path, place: Place) -> None:
    """A commit may be of the year 292 277 026 596."""
    raw = git(repository, "cat-file", "commit", "HEAD").replace("> 1767", "> 99999999999991767")
    commit = git(repository, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=raw.encode() + b"\n")
    git(repository, "update-ref", "refs/heads/main", commit)
    done = place.run("backfill", "small", "--from", "git", "--repo", repository)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"the day of commit {commit[:12]} is none" in done.err


def test_a_page_that_was_renamed_without_end_has_its_first_version(tmp_path: Path) -> None:
    """And a former name that git would take for a question of its own is a name."""
    git(tmp_path, "init", "-q", "-b", "main")
    blob = git(tmp_path, "hash-object", "-w", "--stdin", given=page([50, 40]))
    lines = ["blob\nmark :1\ndata 1\nx\n"]
    names = [":(attr:x)", "*", *(f"page{number}" for number in range(100)), "plain.csv"]
    for number, name in enumerate(names):
        lines.append(
            f"commit refs/heads/main\nmark :{number + 2}\ncommitter a <a@b> {1_767_000_000 + number} +0000\ndata 0\n"
        )
        if number:
            lines.append(f"from :{number + 1}\nD {names[number - 1]}\n")
        lines.append(f"M 100644 {blob} {name}\n")
    git(tmp_path, "fast-import", "--quiet", given="".join(lines).encode())
    before = sys.getrecursionlimit()
    with opened(config(tmp_path), str(tmp_path)) as history:
        sys.setrecursionlimit(len(inspect.stack()) + 60)  # as if there were a thousand
        try:
            (version,) = git_history.versions(history, "plain.csv")
        finally:
            sys.setrecursionlimit(before)
    assert version.at.timestamp() == 1_767_000_000


def test_a_clone_trusts_nothing_that_lies_in_the_data_directory(
    repository: Path, place: Place, marker: Path, tmp_path: Path
) -> None:
    """A data directory may come from somebody else."""
    with git_server(repository) as address:
        place.config.write_text(place.config.read_text().partition("[http.mirrors]")[0])
        assert states(backfilled(place, address)) == ["accepted"] * 3
        (clone,) = (place.data / "clones").iterdir()
        (clone / "config").write_text(traps(marker, repository))
        shutil.copytree(marker.parent / "hooks", clone / "hooks", dirs_exist_ok=True)
        (clone / "info").mkdir(exist_ok=True)
        (clone / "info" / "attributes").write_text("* diff=trap filter=trap\n")
        committed(repository, [page([50, 41])])
        assert states(backfilled(place, address)).count("accepted") == 1
    assert not marker.exists()


@pytest.mark.parametrize(
    "address", ["ext::sh -c 'touch x'", "ssh://git@example.org/x", "git://example.org/x", "absent"]
)
def test_what_is_neither_directory_nor_http_address_is_wrong_use(place: Place, address: str) -> None:
    """No other way to reach a repository is open."""
    done = place.run("backfill", "small", "--from", "git", "--repo", address)
    assert (done.code, "is neither a directory nor an http(s) address" in done.err) == (2, True)


def test_a_folder_without_a_repository_is_wrong_use(place: Place, tmp_path: Path) -> None:
    """Also where a folder above it has one: that is another."""
    done = place.run("backfill", "small", "--from", "git", "--repo", tmp_path)
    assert (done.code, "is no git repository" in done.err) == (2, True)
