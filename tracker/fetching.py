"""The first two hops: pages of sources, side by side, fetched into the archive before anything reads them."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scrapers.errors import DeclarationError, FetchError, Refused, TooSlow, TrackerError, Unreachable, source_code
from scrapers.http import Fetcher, Limits, Sink, Validators
from scrapers.model import Request
from scrapers.spec import Source
from storage import database, load
from storage.archive import Archive, BlobWriter, Line
from storage.parse_pool import ParsePool
from tracker import output
from tracker.clock import Clock
from tracker.config import Config

if TYPE_CHECKING:
    import duckdb


@dataclass
class FetchResult:
    """What came of one source in one run; the row of the summary table."""

    source: str
    pages: int = 0
    unchanged_pages: int = 0
    new: int = 0
    unchanged: int = 0
    rows: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    unreachable: bool = False

    @property
    def came(self) -> bool:
        """Whether any page came."""
        return self.pages > 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows of a page that was had before: its validators, bytes, and whether it was good."""

    etag: str | None
    last_modified: str | None
    content_sha256: str


class CannotArchive(TrackerError):
    """The archive cannot be written: the disk is full, or it is not ours to write."""


class Run:
    """One run of collecting; `collect` makes it."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        pool: ParsePool,
        known: Mapping[tuple[str, str, str], _Known],
        robots: Mapping[str, str],
        stop: Callable[[], bool],
    ) -> None:
        # The real time, too: runs of one given `--now` keep their order.
        self.run_id = f"{clock():%Y%m%dT%H%M%SZ}-{time.time_ns():x}-{secrets.token_hex(2)}"
        self._clock, self._pool, self._known, self._stop, self._origin = clock, pool, known, stop, config.origin_of
        self._archive = Archive(config.data / "archive")
        self._noting, self._over = threading.Lock(), False
        self._fetcher = fetcher(
            config,
            robots={at: self._archive.read(sha) for at, sha in robots.items() if not self._archive.fault(sha)},
            keep_robots=self._keep_robots,
        )

    def close(self) -> None:
        """Ends the connections. What a source that is still at it may get is not noted any more."""
        with self._noting:
            self._over = True
        self._fetcher.close()

    def _keep_robots(self, address: str, status: int, body: bytes) -> None:
        """robots.txt is a fetch like others: archived, and asked for again after a day (RFC 9309)."""
        request = Request(role="robots", address=address)
        self._note("", request, status, self._archive.put(body), None, None, None, len(body))

    def source(self, source: Source) -> FetchResult:
        """Fetches the pages of one source into the archive."""
        started, outcome = time.monotonic(), FetchResult(source.name)
        errors: list[FetchError] = []
        try:
            source.refuse_unfinished()
            with source_code(source.name):
                self._fetch_pages(source, outcome, errors)
        except CannotArchive:
            raise  # what one source meets there all others meet
        except TrackerError as error:
            outcome.problems.append(str(error))
        outcome.unreachable = not outcome.came and bool(errors) and all(isinstance(e, Unreachable) for e in errors)
        if outcome.unreachable:
            del outcome.problems[1:]  # what is said of one page holds for all
        outcome.seconds = time.monotonic() - started
        return outcome

    def _fetch_pages(self, source: Source, outcome: FetchResult, errors: list[FetchError]) -> None:
        """Every page that the source asks for; those that could not be had are its problems.

        Pages that failed for a passing reason are asked for once more behind all the others.
        """
        had: dict[tuple[str, str, str], str | None] = {}  # request: sha256 of what came, None where nothing is to come
        failed = self._ask(source, outcome, had)
        slow = any(isinstance(error, TooSlow) for error in failed)
        if any(is_passing(error) for error in failed) and not slow and not self._stop():
            failed = self._ask(source, outcome, had)
        errors += failed
        outcome.problems += map(str, failed)
        if any(isinstance(error, TooSlow) for error in failed):
            outcome.problems.append("its other pages were not asked for in this run")

    def _ask(
        self, source: Source, outcome: FetchResult, had: dict[tuple[str, str, str], str | None]
    ) -> list[FetchError]:
        """Asks for the pages of a source that are not in `had`, where those that come are added; what failed."""
        failed: list[FetchError] = []
        generator = self._pool.requests(source.name)
        request = next(generator, None)
        while request is not None and not self._stop():
            sha256 = None
            try:
                if request.key not in had:
                    had[request.key] = self._page(source, with_key(source, request), outcome)
                sha256 = had[request.key]
            except FetchError as error:
                failed.append(error)
                if isinstance(error, TooSlow):
                    return failed  # each other may take as long: one page's time is the most that a source may cost
                known = self._had(request)
                sha256 = known.content_sha256 if request.fallback and known else None
            except OSError as error:
                file = error.filename or self._archive.root  # a full disk names no file
                raise CannotArchive(f"{file}: {error.strerror or error}") from error
            try:
                request = generator.send(sha256)
            except StopIteration:
                break
        return failed

    def _page(self, source: Source, request: Request, outcome: FetchResult) -> str | None:
        """One page into the archive; its sha256, or None where there is none. FetchError where it could not be had."""
        known = self._had(request)
        if request.fetch_once and known:
            return None
        blobs: list[BlobWriter] = []

        def sink() -> Callable[[bytes], object]:
            for torn in blobs:
                torn.drop()
            blobs[:] = [self._archive.writer()]
            return blobs[0].write

        validators = (
            Validators(known.etag or None, known.last_modified or None) if known and request.method == "GET" else None
        )
        try:
            answer = self._fetcher.fetch(request, sink, validators)
        except FetchError as error:
            for torn in blobs:
                torn.drop()
            absent = request.optional and error.status == 404 and request.key not in self._known
            self._note(source.name, request, error.status, None, None if absent else str(error), None, None, None)
            if absent:
                return None
            raise
        if answer.status == 304 and known:
            for torn in blobs:  # of a first try that broke off
                torn.drop()
            sha256, size = known.content_sha256, None
            outcome.unchanged_pages += 1
        else:
            size = blobs[0].size
            sha256 = blobs[0].keep()
        self._note(source.name, request, answer.status, sha256, None, answer.etag, answer.last_modified, size)
        outcome.pages += 1
        return sha256

    def _note(
        self, source: str, request: Request, status: int | None, sha256: str | None, error: str | None,
        etag: str | None, last_modified: str | None, size: int | None,
    ) -> None:  # fmt: skip
        method, address, body_sha256 = request.key
        origin, detail = self._origin(request.address)
        line = Line(
            fetched_at=self._clock(), run_id=self.run_id, source=source, role=request.role, method=method,
            address=address, body_sha256=body_sha256, status=status, etag=etag, last_modified=last_modified,
            content_sha256=sha256, bytes=size, origin=origin, origin_detail=detail, error=error,
        )  # fmt: skip
        with self._noting:
            if self._over:  # another process may hold the archive by now
                return
        self._archive.append([line])

    def _had(self, request: Request) -> _Known | None:
        """What is known of a page that was had before, if its bytes are there still: else it is asked for as if new."""
        known = self._known.get(request.key)
        return known if known and not self._archive.fault(known.content_sha256) else None


def is_passing(error: FetchError) -> bool:
    """Whether another try may have more luck: the server was busy, broke off, or did not answer this time."""
    if isinstance(error, Unreachable):
        return True
    return isinstance(error, Refused) and (error.status is None or error.status >= 500 or error.status == 429)


def lacks_key(source: Source) -> bool:
    """Whether the source asks for a key that the environment does not hold."""
    return bool(source.key) and not os.environ.get(source.key, "").strip()


def with_key(source: Source, request: Request) -> Request:
    """The request with the source's key in its header; nothing else ever sees it.

    DeclarationError where no header can carry it: the error of the library that sends it would show the key.
    """
    if not source.key:
        return request
    key, header = os.environ[source.key].strip(), source.key_header or "Authorization"
    if not (key.isascii() and key.isprintable()):
        raise DeclarationError(source.key, "", "a key of printable ASCII characters on one line is expected")
    value = f"Bearer {key}" if header == "Authorization" else key
    return replace(request, credential=(header, value))


def chosen_sources(config: Config, names: Iterable[str]) -> list[Source]:
    """The named sources, or all that are enabled; DeclarationError where one lacks the key that it asks for."""
    sources = config.declared()
    chosen = [sources[name] for name in names] or [s for s in sources.values() if s.enabled and not lacks_key(s)]
    for source in chosen:
        if lacks_key(source):
            raise DeclarationError(f"{source.name}.toml", "key", f"{source.key} is not set, and the source asks for it")
    return chosen


def fetch_all(run: Run, chosen: list[Source], progress: Callable[[int, int], object]) -> list[FetchResult]:
    """All pages of these sources into the archive, the sources side by side; ends the run's connections."""
    outcomes: list[FetchResult] = []
    pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="source")
    try:
        waiting = [pool.submit(run.source, source) for source in chosen]
        progress(0, len(chosen))
        for future in as_completed(waiting):
            outcomes.append(future.result())
            progress(len(outcomes), len(chosen))
    except BaseException:  # after Ctrl-C, or with a full disk, nobody waits for a page
        run.close()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    run.close()
    return outcomes


def known_pages(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], _Known]:
    """The newest good capture of each page. A page that was refused or quarantined lends no validator."""
    return {
        (method, address, body): _Known(etag, modified, sha256)
        for method, address, body, etag, modified, sha256 in connection.execute(database.sql("known_pages")).fetchall()
    }


def fresh_robots(connection: duckdb.DuckDBPyConnection, clock: Clock) -> dict[str, str]:
    """robots.txt that were fetched within a day: address -> sha256."""
    return dict(
        connection.execute(
            "SELECT address, arg_max(content_sha256, fetched_at) FROM captures WHERE role = 'robots'"
            " AND fetched_at BETWEEN $1::TIMESTAMP - INTERVAL 1 DAY AND $1::TIMESTAMP GROUP BY address",
            [database.naive(clock())],
        ).fetchall()
    )


def account(connection: duckdb.DuckDBPyConnection, run_id: str, outcome: FetchResult, parsed: load.Parsed) -> None:
    """Adds to the outcome what became of the pages after they were archived."""
    new = parsed.new_snapshots.get(outcome.source, set())
    for snapshot, board, rows, state, reason in connection.execute(
        "SELECT DISTINCT s.snapshot, s.board, s.rows, s.state, s.reason FROM captures AS c"
        " JOIN observations AS g ON g.capture = c.capture JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key"
        " WHERE c.run_id = ? AND c.source = ? ORDER BY s.board, s.snapshot",
        [run_id, outcome.source],
    ).fetchall():
        outcome.rows += rows
        outcome.new += snapshot in new
        outcome.unchanged += snapshot not in new
        if state == "quarantined":
            outcome.problems.append(f"{board} quarantined: {reason}")
            output.EVENTS.write(
                "snapshot_quarantined", outcome.problems[-1], "warning", source=outcome.source, board=board,
                snapshot=snapshot, rows=rows, reason=reason,
            )  # fmt: skip
    for roles, reason in connection.execute(
        "SELECT list(DISTINCT role ORDER BY role), reason FROM captures"
        " WHERE run_id = ? AND source = ? AND state = 'refused' GROUP BY reason ORDER BY ALL",
        [run_id, outcome.source],
    ).fetchall():
        problem = f"{', '.join(roles)} refused: {reason}"
        for role in roles:
            output.EVENTS.write("page_refused", f"{role} refused: {reason}", "warning", source=outcome.source,
                                role=role, reason=reason)  # fmt: skip
        if not {reason, problem} & {*outcome.problems}:
            outcome.problems.append(problem)


def fetcher(
    config: Config,
    *,
    robots: Mapping[str, bytes] | None = None,
    keep_robots: Callable[[str, int, bytes], object] = lambda _address, _status, _body: None,
) -> Fetcher:
    """With the limits, mirrors and manners of config; `robots` as in Fetcher."""
    http = config.http
    limits = Limits(
        timeout=http.timeout,
        max_bytes=http.max_bytes,
        max_unpacked=http.max_unpacked,
        attempts=http.attempts,
        redirects=http.redirects,
        pause=http.pause,
    )
    return Fetcher(
        user_agent=config.user_agent,
        limits=limits,
        mirrors=http.mirrors,
        allow_hosts=http.allow_hosts,
        robots=robots,
        keep_robots=keep_robots,
    )


def body_of(fetcher: Fetcher, request: Request) -> bytes:
    """The whole body of one request; FetchError where it cannot be had."""
    content = bytearray()

    def sink() -> Sink:
        content.clear()
        return content.extend

    fetcher.fetch(request, sink)
    return bytes(content)
