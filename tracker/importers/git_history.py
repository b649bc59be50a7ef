"""A board's history in a git repository: every distinct version of a page, on the day of its commit.

A second run adds nothing; one that was killed goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from scrapers.errors import DeclarationError, TrackerError
from scrapers.spec import PageSpec, Source
from tracker.clock import Clock
from tracker.config import Config
from tracker.importers.git_repository import Repository, opened
from tracker.importers.history import import_history
from tracker.pipeline import Progress
from tracker.saved_pages import ImportResult, SavedPage

_RAW = re.compile(r"^https://raw\.githubusercontent\.com/(?P<repository>[^/]+/[^/]+)/(?P<branch>[^/]+)/(?P<path>.+)$")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file in a git history."""

    commit: str
    at: datetime
    blob: str
    written_at: datetime  # by its author: commits that were put on another branch together have one `at`


def from_git(
    config: Config,
    clock: Clock,
    source: Source,
    repository: str | None,
    since: date | None,
    until: date | None,
    progress: Progress,
) -> list[ImportResult]:
    """Every distinct version of the source's pages in a git history; on the day of its commit.

    `repository` is an address or a directory; without it, the one that the pages' addresses name.
    """
    wanted = pages_in_git(source)
    if not wanted:
        raise DeclarationError(f"{source.name}.toml", "pages", "none has an address in a git repository")
    if repository:
        home = home_of(repository, sorted({home for _, home, _ in wanted}))
        wanted = [listed_page for listed_page in wanted if listed_page[1] == home]
    with ExitStack() as stack:
        homes = sorted({home for _, home, _ in wanted})
        repositories = {
            home: stack.enter_context(opened(config, repository or f"https://github.com/{home}")) for home in homes
        }
        saved: list[SavedPage] = []
        for page, home, path in [each for listed in wanted for each in every(*listed, repositories[listed[1]])]:
            for version in versions(repositories[home], path, but=frozenset(other for _, _, other in wanted)):
                if (since and version.at.date() < since) or (until and version.at.date() > until):
                    continue
                commit = f"{home} {version.commit}"
                label = f"{page.role} {version.at:%Y-%m-%d} {version.commit[:12]}"
                body = partial(repositories[home].blob, version.blob)
                written = format_datetime(version.written_at, usegmt=True)
                saved.append(
                    SavedPage(label, source.name, page.role, page.address, version.at, "git", commit, body, written)
                )
        if not saved:
            raise TrackerError(f"{source.name}: the history holds no version of {', '.join(p for _, _, p in wanted)}")
        return import_history(config, clock, saved, progress)


def pages_in_git(source: Source) -> list[tuple[PageSpec, str, str]]:
    """(page, owner/name of its repository, path in it) for every page whose address is in a git repository.

    A page that is known by a pattern has that for its path (`data/*/text.json`).
    """
    listed = []
    for page in source.pages:
        for address in (page.address, *page.url_patterns):
            match = _RAW.match(address)
            if match and "*" not in match["repository"] + match["branch"]:
                listed.append((page.model_copy(update={"address": address}), match["repository"], match["path"]))
    return listed


def home_of(repository: str, homes: Sequence[str]) -> str:
    """The owner/name that a given repository stands for; where a source has pages in several, its name tells which."""
    if len(homes) == 1:
        return homes[0]
    named = [home for home in homes if Path(repository).name.removesuffix(".git") == home.rpartition("/")[2]]
    if len(named) != 1:
        expected = " or ".join(home.rpartition("/")[2] for home in homes)
        raise DeclarationError("--repo", "", f"this source has pages in {' and '.join(homes)}: a repository of the name"
                               f" {expected} is expected; found {repository!r}")  # fmt: skip
    return named[0]


def every(page: PageSpec, home: str, path: str, repository: Repository) -> Iterator[tuple[PageSpec, str, str]]:
    """The page, or, where its path is a pattern, one for each path of the history that fits."""
    if "*" not in path:
        yield page, home, path
        return
    listed = repository.git("log", "-z", "--format=", "--name-only", "--no-renames", "HEAD", "--", path)
    names = listed.decode("utf-8", "replace").split("\0")
    start = page.address.removesuffix(path)
    for file in sorted({name for name in names if fnmatchcase(name, path)}):
        yield page.model_copy(update={"address": start + file}), home, file


def versions(repository: Repository, path: str, *, but: frozenset[str] = frozenset()) -> list[Version]:
    """The versions of a file, oldest first; one that a later commit brings back is there again.

    Before a commit that did no more than rename it, the file is looked for under its former name, unless that is one
    of `but` (pages of their own).
    """
    names = but | {path}
    listed = earliest = _versions_of_name(repository, path, "HEAD")
    while earliest:
        former = renamed_from(repository, earliest[0].commit, path)
        if former is None or former in names:
            break
        earliest = _versions_of_name(repository, former, f"{earliest[0].commit}^")
        listed = earliest + (listed[1:] if earliest and earliest[-1].blob == listed[0].blob else listed)
        path, names = former, names | {former}
    return listed


def _versions_of_name(repository: Repository, path: str, until: str) -> list[Version]:
    output = repository.git(
        "--literal-pathspecs", "log", "--format=@%H %ct %at", "--raw", "--no-abbrev", "--no-renames",
        "--diff-merges=first-parent", "--reverse", until, "--", path,
    ).decode("utf-8", "replace")  # fmt: skip
    listed: list[Version] = []
    commit, at = "", datetime.min.replace(tzinfo=UTC)
    written_at = at
    for line in output.splitlines():
        if line.startswith("@"):
            commit, *stamps = line[1:].split()
            try:
                at, written_at = (datetime.fromtimestamp(int(stamp), UTC) for stamp in stamps)
            except (ValueError, OverflowError, OSError):
                raise TrackerError(f"git log in {repository.name}: the day of commit {commit[:12]} is none") from None
        elif line.startswith(":"):
            blob_id = line.split()[3]
            if blob_id.strip("0") and (not listed or listed[-1].blob != blob_id):
                listed.append(Version(commit, at, blob_id, written_at))
    return listed


def renamed_from(repository: Repository, commit: str, path: str) -> str | None:
    """What a file was called before this commit, if the commit renamed it and changed nothing in it."""
    output = repository.git("diff-tree", "-r", "-z", "--name-status", "--find-renames=100%", "--diff-filter=R", commit)
    names = output.decode("utf-8", "replace").split("\0")
    moves = dict(zip(names[3::3], names[2::3], strict=False))  # behind the commit: status, old, new
    return moves.get(path)
