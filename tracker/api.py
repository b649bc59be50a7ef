"""The Python API: the figures of the commands as typed records, and as frames where somebody asks for one.

>>> import tracker
>>> with tracker.open(demo_data, today="2026-09-04") as t:
...     shares = t.share("opencompass_llm", top=20, by="country,open", as_of="2025-10-18")
...     {(each.values["country"], each.values["open"]): each.count for each in shares if each.values["country"] == "CN"}
{('CN', 'open'): 9.0, ('CN', 'closed'): 5.0}

Counts are of units of the definition (rows, releases or developers) and may be fractions; shares are 0 to 1; scores are
in the leaderboard's unit; days and times are UTC. A wrong name or value is a ValueError that says what may be meant;
where there is no snapshot the answer is empty, and its `why` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Self,
    TypedDict,
    Unpack,
    get_type_hints,
)

from scrapers.errors import TrackerError
from tracker.analysis.filter import parse, with_zeros
from tracker.analysis.lookups import UnknownName, headline, known_board, missing, records, suggestion
from tracker.analysis.shares import Share, shares
from tracker.data_folder import data_folder
from tracker.definition import OPTIONS, PRESETS, By, Definition, Unit
from tracker.records import Answer, Board, Change, CurvePoint, Resolution, Row

if TYPE_CHECKING:
    import altair as alt

    from tracker.claims.verdicts import Verdict
    from tracker.fetching import FetchResult
    from tracker.report.charts import Kind

Day = str | date | None


class Options(TypedDict, total=False):
    """What a definition may say besides what is counted; docs/methodology.md has each value."""

    unit: Unit
    ties: Literal["fractional", "include", "exclude"]
    rank_by: Literal["score", "published_rank", "published_rank_at_most"]
    openness_as_of: Literal["snapshot", "today"]
    country_rule: Literal["primary", "mainland_only", "multi"]
    open_means: Literal["any", "permissive"]
    without_operator: bool


class Tracker:
    """The published database of a data directory, read-only, as it was when it was opened. Use it as a context manager.

    `today` is the day on which questions are asked (UTC); NothingPublished where nothing was collected yet.
    """

    def __init__(self, data: str | Path | None = None, *, today: Day = None) -> None:
        from storage.database import connect, published

        self.data = data_folder(None, Path(data) if data is not None else None)
        self.today = _day(today) or datetime.now(UTC).date()
        self._connection = connect(published(self.data), read_only=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database; a second time does nothing."""
        self._connection.close()

    def boards(self) -> Answer[Board]:
        """Every declared leaderboard, by name.

        >>> [board.board for board in t.boards() if board.points > 10][0]
        'opencompass_llm'
        """
        rows = records(self._connection, _BOARDS)
        return Answer([
            Board(**{name: row[name] for name in get_type_hints(Board) if name != "headline"}, headline=headline(row))
            for row in rows
        ])  # fmt: skip

    def top(self, board: str, n: int = 20, *, as_of: Day = None) -> Answer[Row]:
        """The rows of the first `n` places by score at the newest point on or before `as_of`; ties are all there.

        >>> [(row.rank, row.name, row.country) for row in t.top("opencompass_llm", 2, as_of="2025-10-18")]
        [(1, 'GPT-5-2025-08-07', 'US'), (2, 'o3-high-2025-04-16', 'US')]
        """
        known_board(self._connection, board)
        names, day = list(get_type_hints(Row)), _day(as_of) or self.today
        columns = ", ".join(f"r.{name}" for name in names)
        rows = records(
            self._connection,
            f"SELECT {columns} FROM entries_resolved AS r WHERE r.board = $1 AND r.rank <= $2"
            " AND r.day = (SELECT max(s.day) FROM series AS s WHERE s.board = $1 AND s.day <= $3)"
            " ORDER BY r.rank, r.row",
            [board, _top(n), day],
        )
        return Answer((Row(**row) for row in rows), names, why="" if rows else missing(self._connection, board, day))

    def share(
        self,
        board: str,
        *,
        top: int = 20,
        by: By | None = None,
        as_of: Day = None,
        preset: str = "default",
        **options: Unpack[Options],
    ) -> Answer[Share]:
        """The share of each value in the top N at the newest point on or before `as_of`; what does not occur is 0.

        `by`, `preset` and the options are those of docs/methodology.md.

        >>> {each.values["country"]: each.count for each in t.share("arena_text_raw", as_of="2026-08-22")}
        {'US': 16.0, 'CN': 4.0}
        >>> t.share("arena_text_raw", unit="relase")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        tracker.analysis.lookups.UnknownName: unit='relase' (did you mean release?): expected one of entry, release, ...
        """
        return self._shares(board, top, _definition(by, preset, options), _day(as_of) or self.today, every_day=False)

    def history(
        self,
        board: str,
        *,
        top: int = 20,
        by: By | None = None,
        until: Day = None,
        preset: str = "default",
        **options: Unpack[Options],
    ) -> Answer[Share]:
        """The same at every point of the series up to `until`. `break_before` says where a point does not compare with
        the one before it.

        >>> [each.count for each in t.history("opencompass_llm") if each.values == {"country": "CN"}][-3:]
        [12.0, 13.0, 9.0]
        """
        return self._shares(board, top, _definition(by, preset, options), _day(until) or self.today, every_day=True)

    def _shares(self, board: str, top: int, definition: Definition, day: date, *, every_day: bool) -> Answer[Share]:
        known_board(self._connection, board)
        results = shares(
            self._connection, [board], [_top(top)], definition, as_of=day, today=self.today, every_day=every_day
        )
        why = "" if results else missing(self._connection, board, day)
        return Answer(
            with_zeros(results, definition.by), definition.by.split(","), why=why, definition=definition.words()
        )

    def curve(
        self, board: str, where: str, *, as_of: Day = None, preset: str = "default", **options: Unpack[Options]
    ) -> Answer[CurvePoint]:
        """The share of what `where` asks (country=CN, open=open, country=CN,open=open) under every definition that can
        be defended.

        >>> points = t.curve("arena_text_raw", "country=CN", as_of="2026-08-22")
        >>> counts = {(each.unit, each.top): each.count for each in points}
        >>> counts["entry", 20], counts["release", 20], counts["developer", 10]
        (4.0, 6.0, 5.0)
        """
        from tracker.analysis.curve import curve

        known_board(self._connection, board)
        asked, day = parse(where), _day(as_of) or self.today
        base = _definition(asked.by, preset, options)
        results = curve(self._connection, board, asked, as_of=day, today=self.today, base=base)
        if results is None:
            return Answer((), list(get_type_hints(CurvePoint)), why=missing(self._connection, board, day))
        return Answer([
            CurvePoint(
                choice.unit, choice.top, choice.ties, choice.open_means, float(point.count), float(point.of),
                point.share, point.share_high, results.definitions[choice].words(), results.ids[choice],
            )
            for choice, point in results.points.items()
        ])  # fmt: skip

    def changes(self, board: str, since: Day, until: Day = None, *, top: int = 20) -> Answer[Change]:
        """What became of every row that stands in the top N on one of the two days; what stayed is left out.

        >>> t.changes("opencompass_llm", "2025-08-12", "2025-11-10")[0].change
        'entered, new on the board'
        """
        from tracker.changes.row_matching import moves, pairs, point

        known_board(self._connection, board)
        days = (_day(since) or self.today, _day(until) or self.today)
        points = [point(self._connection, board, day, None) for day in days]
        before, after = points
        if before is None or after is None:
            day = days[points.index(None)]
            return Answer((), list(get_type_hints(Change)), why=missing(self._connection, board, day))
        results = moves(pairs(before.rows, after.rows), _top(top))
        rows = (Change(**row) for row in results)  # type: ignore[arg-type]
        return Answer(rows, list(get_type_hints(Change)), why="" if results else f"no row of the top {top} changed")

    def chart(
        self,
        kind: Kind,
        board: str | None = None,
        *,
        top: int = 20,
        where: str | Sequence[str] = (),
        as_of: Day = None,
        preset: str = "default",
        restricted: bool = False,
        **options: Unpack[Options],
    ) -> alt.VConcatChart:
        """A chart of Altair, which notebooks show and `.save` writes. `share` is the share of `where` over time, a line
        for each; `curve` the same under every definition; `top` the first rows; `gap` the best of one
        group minus the best of another; `boards` every leaderboard. Without `where` China is counted, and the gap is
        that of the US to it.

        TrackerError where the extra `report` is not installed, ValueError where there is nothing to draw.

        >>> t.chart("share", "opencompass_llm").vconcat[0].title.text
        ['Chinese models hold 9 of all 15 places of OpenCompass LLM, average,', 'edition 26-07']
        """
        from tracker.report import charts

        wheres = [parse(text) for text in ([where] if isinstance(where, str) else where)]
        return charts.chart(
            self._connection, kind, board, top=_top(top), wheres=wheres, definition=_definition(None, preset, options),
            as_of=_day(as_of) or self.today, today=self.today, restricted=restricted,
        )  # fmt: skip

    def claim(self, sentence: str) -> Verdict:
        """The verdict on a sentence, or on a claim that ships by its id; ValueError where it cannot be read.

        >>> verdict = t.claim("founding")
        >>> verdict.verdict, [float(bound.low) for bound in verdict.bounds]
        ('supported', [14.0, 9.0, 0.0])
        """
        from tracker.claims.board_names import board_names
        from tracker.claims.files import SHIPPED, read_claims
        from tracker.claims.sentence import read_sentence
        from tracker.claims.verdicts import judge
        from tracker.config import load

        shipped = {claim.id: claim for claim in read_claims(SHIPPED)}
        if sentence in shipped:
            asked = shipped[sentence]
        else:
            try:
                asked = read_sentence(sentence, self.today, board_names(load(None, self.data).declared()))
            except TrackerError as error:
                raise ValueError(str(error)) from None
        known_board(self._connection, asked.board)
        return judge(self._connection, asked, self.today)

    def sql(self, query: str, values: Sequence[Any] | Mapping[str, Any] | None = None) -> Answer[dict[str, Any]]:
        """The rows of any question in SQL, with `$1` or `$name` for values.

        >>> t.sql("SELECT count(*) AS n FROM latest WHERE board = $1", ["arena_text"])[0]
        {'n': 393}
        """
        done = self._connection.execute(query, values)
        names = [column[0] for column in done.description]
        return Answer([dict(zip(names, row, strict=True)) for row in done.fetchall()], names)


def open(data: str | Path | None = None, *, today: Day = None) -> Tracker:
    """The data directory `data` [as TRACKER_DATA or config.toml says], for reading."""
    return Tracker(data, today=today)


def resolve(names: Iterable[str], *, as_of: Day = None, registry: str | Path | None = None) -> Answer[Resolution]:
    """What published names mean: release, developer, country, openness on the day `as_of` [today]. No data directory.

    >>> [(each.release, each.country, each.openness) for each in tracker.resolve(["Qwen3-Max", "gpt-oss-120b"])]
    [('qwen/qwen3-max', 'CN', 'proprietary'), ('openai/gpt-oss-120b', 'US', 'open_weights')]
    """
    from registry.load import load_registry
    from registry.lookup import look_up
    from tracker.config import Config

    known = load_registry(Path(registry) if registry else Config().registry)
    day = _day(as_of) or datetime.now(UTC).date()
    results = []
    for name in names:
        answer = look_up(name, None, None, known)
        spans = [span for span in answer["openness"] if span["since"] is None or span["since"] <= day]
        results.append(Resolution(
            name, answer["release"], answer["variant"], answer["developer"], answer["country"] or "unknown",
            spans[-1]["value"] if spans else "unknown", answer["release_how"] or answer["developer_how"],
            tuple(answer["steps"]), tuple(each["name"] for each in answer["suggestions"]),
        ))  # fmt: skip
    return Answer(results, list(get_type_hints(Resolution)))


def collect(
    data: str | Path | None = None, *, sources: Iterable[str] = (), config: str | Path | None = None
) -> Answer[FetchResult]:
    """Fetches the sources [all that are on], archives, reads and publishes; one record for each, in order of name.

    `problems` of a record says what went wrong with that source; the others went on.
    """
    from tracker.clock import clock
    from tracker.config import load
    from tracker.pipeline import collect as run

    settings = load(Path(config) if config else None, Path(data) if data is not None else None)
    names = list(sources)
    declared = settings.declared()
    for name in names:
        if name not in declared:
            raise UnknownName(f"no source {name!r}{suggestion(name, declared)}; there are: {', '.join(declared)}")
    return Answer(run(settings, clock(None), names, progress=lambda *_: None))


_BOARDS = """
SELECT b.*, coalesce(d.name, b.operator) AS operator_name, coalesce(s.points, 0) AS points, s.first_day, s.day, n.rows
FROM boards AS b
LEFT JOIN (SELECT developer, min(name) AS name FROM developers GROUP BY developer) AS d ON d.developer = b.operator
LEFT JOIN (SELECT board, count(*) AS points, min(day) AS first_day, max(day) AS day FROM series GROUP BY board) AS s
    ON s.board = b.board
LEFT JOIN series AS n ON n.board = s.board AND n.day = s.day
ORDER BY b.board
"""


def _day(day: Day) -> date | None:
    """A day, also as text; ValueError says how it is written."""
    if day is None or (isinstance(day, date) and not isinstance(day, datetime)):
        return day
    try:
        return date.fromisoformat(str(day)[:10]) if isinstance(day, datetime) else date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"{day!r} is not a day such as 2026-08-22") from None


def _top(top: int) -> int:
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise ValueError(f"top={top!r}: expected a whole number from 1 on")
    return top


def _definition(by: str | None, preset: str, options: Mapping[str, Any]) -> Definition:
    """The definition that these options give; UnknownName says what may be meant."""
    if preset not in PRESETS:
        raise UnknownName(f"preset={preset!r}{suggestion(preset, PRESETS)}: expected one of {', '.join(PRESETS)}")
    given = {**PRESETS[preset], **options, **({"by": by} if by else {})}
    for name, value in given.items():
        if name not in OPTIONS:
            raise UnknownName(f"no option {name!r}{suggestion(name, OPTIONS)}; there are: {', '.join(OPTIONS)}")
        known = [each.name for each in OPTIONS[name].values]
        if value not in known:
            likely = suggestion(str(value), [each for each in known if isinstance(each, str)])
            raise UnknownName(f"{name}={value!r}{likely}: expected one of {', '.join(map(str, known))}")
    return Definition(**given)
