"""Boards, their providers, breaks and origins as the declarations of sources have them, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scrapers.errors import TrackerError
from scrapers.spec import Board, Source
from storage.database import insert
from storage.origins import IN_WORDS, STRONGEST_FIRST

if TYPE_CHECKING:
    import duckdb


def replace(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
    """Boards, their providers, breaks and origins as they are declared."""
    import pyarrow as pa

    text = pa.string()
    board_rows, provider_rows, break_rows = [], [], []
    for name, (source, board) in sorted(primary(sources).items()):
        of_source = (
            source.name,
            source.publisher,
            source.homepage,
            source.licence,
            source.licence_page,
            source.redistribute,
        )
        of_board = (board.operator, board.operator_country, board.metric, board.unit, board.direction, board.adjustment,
                    board.category, board.kind, board.editions_comparable)  # fmt: skip
        bounds = (board.expectations.max_drop, board.expectations.max_shift, board.bridge_days)
        board_rows.append((name, board.title or name, *of_source, *of_board, *bounds))
        break_rows += [(name, known.day, known.reason, known.link) for known in board.breaks]
        for provider in sources.values():
            if name in provider.boards:
                order = board.trust.index(provider.name) if provider.name in board.trust else len(board.trust)
                order = -1 if provider.name == source.name and provider.name not in board.trust else order
                roles = enumerate(provider.boards[name].page)
                of_provider = provider.dates_content, provider.page_set, provider.redistribute
                provider_rows += [
                    (name, provider.name, role, (order + 1) * 100 + at, *of_provider) for at, role in roles
                ]
    for table in ("boards", "board_providers", "breaks"):
        connection.execute(f"DELETE FROM {table}")
    names = [row[0] for row in connection.execute("DESCRIBE boards").fetchall()]
    flags = {"editions_comparable": pa.bool_()}
    limits = {**dict.fromkeys(("max_drop", "max_shift"), pa.float64()), "bridge_days": pa.int32()}
    insert(connection, "boards", dict.fromkeys(names, text) | flags | limits, board_rows)
    insert(
        connection,
        "board_providers",
        {
            "board": text,
            "source": text,
            "role": text,
            "trust": pa.int32(),
            "dates_content": pa.bool_(),
            "page_set": pa.bool_(),
            "redistribute": text,
        },
        provider_rows,
    )
    replace_origins(connection)
    insert(connection, "breaks", {"board": text, "day": pa.date32(), "reason": text, "link": text}, break_rows)


def replace_origins(connection: duckdb.DuckDBPyConnection) -> None:
    """The origins that a capture may have, in order and in words."""
    import pyarrow as pa

    connection.execute("DELETE FROM origins")
    kinds = {"origin": pa.string(), "strength": pa.int32(), "words": pa.string()}
    insert(connection, "origins", kinds, [(origin, at, IN_WORDS[origin]) for at, origin in enumerate(STRONGEST_FIRST)])


def primary(sources: Mapping[str, Source]) -> dict[str, tuple[Source, Board]]:
    """Each board with the source that declares what it measures; other sources are further board_providers."""
    primaries: dict[str, tuple[Source, Board]] = {}
    for source in sources.values():
        for name, board in source.boards.items():
            if board.metric and name in primaries and primaries[name][1].metric:
                raise TrackerError(f"board {name!r} is declared by {primaries[name][0].name} and by {source.name}")
            if name not in primaries or board.metric:
                primaries[name] = (source, board)
    return primaries
