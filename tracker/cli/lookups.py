"""What commands look up: a wrong name is a wrong use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.analysis import lookups

if TYPE_CHECKING:
    import duckdb


def known_board(connection: duckdb.DuckDBPyConnection, board: str) -> dict[str, Any]:
    """The declaration of a board, and `operator_name`; a wrong name is answered with what there is."""
    try:
        return lookups.known_board(connection, board)
    except lookups.UnknownName as error:
        raise click.UsageError(str(error)) from None
