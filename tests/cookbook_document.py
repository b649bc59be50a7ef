"""The answers of docs/cookbook.md, from tracker/cookbook.sql and the demo's data.

`python -m tests.cookbook_document` writes them anew.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import duckdb

from tracker.cookbook import Query, queries
from tracker.output import shown

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "cookbook.md"
BEGIN, END = "<!-- answers: begin -->\n", "<!-- answers: end -->\n"
SHOWN = 15  # rows of an answer; how many more there are is said
# The table of one's own that the last question joins with, as docs/cookbook.md shows it.
MODELS_IN_USE = "release,team\nopenai/gpt-5,search\nz-ai/glm-5.3,mail\nexample/in-house,mail\n"


def answer(data: Path, query: Query) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of a question, asked in a folder that holds models_in_use.csv."""
    file = (data / "tracker.duckdb").resolve()
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("models_in_use.csv").write_text(MODELS_IN_USE, "utf-8")
        connection = duckdb.connect(str(file), read_only=True)
        try:
            done = connection.execute(query.sql)
            return [column[0] for column in done.description or ()], done.fetchall()
        finally:
            connection.close()


def answers(data: Path) -> str:
    """Every question with its SQL and its answer, as Markdown."""
    return "\n".join(line for query in queries() for line in section(query, *answer(data, query)))


def section(query: Query, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """The lines of one question."""
    yield from (f"### {query.question}", "", f"`{query.name}`" + ", DuckDB only" * query.duckdb_only, "")
    yield from (f"{query.note}", "", "```sql", query.sql, "```", "")
    yield from (in_cells(columns), in_cells(["---"] * len(columns)))
    yield from (in_cells([shown(value).replace("|", r"\|") for value in row]) for row in rows[:SHOWN])
    if len(rows) > SHOWN:
        yield from ("", f"{len(rows) - SHOWN} more rows.")
    yield ""


def in_cells(texts: Sequence[str]) -> str:
    """A line of a table."""
    return "".join(f"| {text} " if text else "| " for text in texts) + "|"


def document(data: Path) -> str:
    """docs/cookbook.md as it should be: what a person wrote, and the answers."""
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{answers(data)}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Collects the demo into a folder that is gone afterwards."""
    from tracker.cli.demo import collected

    with tempfile.TemporaryDirectory() as folder:
        collected(Path(folder) / "data")
        written = document(Path(folder) / "data")
    torn = DOCUMENT.with_suffix(".tmp")
    torn.write_text(written, "utf-8")
    os.replace(torn, DOCUMENT)


if __name__ == "__main__":
    main()
