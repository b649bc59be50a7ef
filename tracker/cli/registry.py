"""Commands of whoever keeps the registry: how names resolve, what is not known, and what a change moved."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.analysis.lookups import records
from tracker.cli.lookups import known_board
from tracker.cli.options import Day, Integer, Setting, common

if TYPE_CHECKING:
    from registry.load import Registry

AT_HAND = 5  # suggestions for a name that nobody knows


def registry_of(setting: Setting) -> Registry:
    """The registry that the configuration names."""
    from registry.load import load_registry

    return load_registry(*setting.config.registries)


@click.command("lookup")
@click.argument("name")
@click.option("--organization", help="The organisation that the board publishes.")
@click.option("--licence", help="The licence that the board publishes.")
@common
def lookup_command(setting: Setting, name: str, organization: str | None, licence: str | None) -> None:
    """How NAME resolves, step by step, with evidence. Needs no data, only the registry.

    Example: tracker registry lookup "deepseek-v3.1"
    """
    from registry.lookup import look_up

    result = look_up(name, organization, licence, registry_of(setting))
    if setting.is_json:
        output.write_json(result, setting.format)
        return
    flat = {**result, "openness": [f"{o['value']} since {o['since']}" if o["since"] else o["value"]
                                  for o in result["openness"]],
            "suggestions": [f"{s['name']} ({s['likeness']:.0f})" for s in result["suggestions"]]}  # fmt: skip
    if setting.format == "csv":
        output.write([flat], list(flat), "csv")
        return
    lines = [{"": key, "answer": value} for key, value in flat.items() if key not in ("steps", "suggestions")]
    output.table(lines, ["", "answer"])
    output.line()
    output.table([{"step": at, "why": step} for at, step in enumerate(result["steps"], 1)], ["step", "why"])
    if flat["suggestions"]:
        output.line()
        output.paragraph(f"Names like it, for a person to judge: {'; '.join(flat['suggestions'])}")


@click.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--aliases", is_flag=True, help="FILE has groups of names of one release (group_id, name).")
@common
def evaluate_command(setting: Setting, file: Path, aliases: bool) -> None:
    """How right the registry is on FILE, a CSV of names with facts that somebody else compiled.

    Columns: model_name_as_written and any of developer, country, weights (Y or N), terms; with --aliases: group_id,
    name.

    Example: tracker registry evaluate names.csv
    """
    from registry.evaluate import evaluate_aliases, evaluate_facts

    score: dict[str, Any] = (evaluate_aliases if aliases else evaluate_facts)(file, registry_of(setting))
    if setting.is_json:
        output.write_json(score, setting.format)
    elif aliases:
        figures = {key: value for key, value in score.items() if not isinstance(value, list)}
        wrong = [{"names": pair["names"], "identity": pair["identities"][0]} for pair in score["wrong_pairs"]]
        _print_score(setting, [figures], wrong, ["names", "identity"])
    else:
        figures_of = [{"property": name, **score_of} for name, score_of in score.items()]
        wrong = [{"property": name, **case} for name, score_of in score.items() for case in score_of["wrong"]]
        for row in figures_of:
            row["wrong"] = len(row["wrong"])
        _print_score(setting, figures_of, wrong, ["property", "name", "expected", "found", "release"])


def _print_score(
    setting: Setting, figures: list[dict[str, Any]], wrong: list[dict[str, Any]], columns: list[str]
) -> None:
    if setting.format == "csv":
        output.write(wrong, columns, "csv")
        return
    shown = [{k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()} for row in figures]
    output.table(shown, list(shown[0]))
    if wrong:
        output.line()
        output.table(wrong, columns)


ACCEPTED = (
    "{file}: {name!r} is {what}; `tracker publish` takes it to all of history,"
    " `tracker registry corrections` says what moved"
)


@click.command("review")
@click.argument("board", required=False)
@click.option("--limit", type=Integer(1), default=20, show_default=True, help="How many names.")
@click.option("--accept", nargs=2, metavar="NAME RELEASE", help="Write that the published NAME means RELEASE.")
@click.option("--developer", nargs=2, metavar="NAME DEVELOPER", help="Write that the organisation NAME is DEVELOPER.")
@click.option("--evidence", metavar="URL", help="The page that says so.")
@click.option("--day", type=Day(), help="When that page was read [today].")
@click.option("--variant", default="", help="With --accept: how the model was run, as NAME says.")
@common
def review_command(
    setting: Setting,
    board: str | None,
    limit: int,
    accept: tuple[str, str] | None,
    developer: tuple[str, str] | None,
    evidence: str | None,
    day: date | None,
    variant: str,
) -> None:
    """Names of which something is not known, those that could change a headline first, with suggestions.

    Nothing is accepted by itself: --accept and --developer write a line of the registry, with its evidence; where the
    tracker is installed, into the folder own_registry beside config.toml.

    Example: tracker registry review arena_text
    """
    from registry import edit

    if accept or developer:
        if not evidence or (accept and developer):
            raise click.UsageError("--evidence URL is needed, and one of --accept and --developer")
        day = day or setting.today
        folders, to = setting.config.registries, setting.config.reviewed_registry
        if accept:
            (name, what), file = accept, to / "aliases.csv"
            edit.add_alias(folders, to, name, what, variant, evidence, day)
        elif developer:
            (name, what), file = developer, to / "developer_aliases.csv"
            edit.add_developer_alias(folders, to, name, what, evidence, day)
        output.say(ACCEPTED.format(file=file, name=name, what=what))
        written = {"file": str(file), "name": name, "means": what, "evidence": evidence, "day": day}
        output.write_record(written, setting.format)
        return
    from tracker.review import review

    with setting.database() as connection:
        if board:
            known_board(connection, board)
        rows = review(connection, registry_of(setting), board, limit)
    if not setting.is_json:
        for row in rows:
            row["suggestions"] = [f"{s['release']} ({s['likeness']:.0f})" for s in row["suggestions"][:3]]
    columns = ["name", "published_organization", "unknown", "top_10", "top_20", "top_50", "boards", "days",
               "best_rank", "last_day", "suggestions"]  # fmt: skip
    more = ["published_licence", "page", "captured_at", "steps"]  # the evidence at hand
    output.write(rows, columns if setting.format == "table" else columns + more, setting.format)


@click.command("conflicts")
@click.argument("subject", required=False)
@click.option("--property", "kind", help="Only this property: developer, country, weights, terms or released_on.")
@common
def conflicts_command(setting: Setting, subject: str | None, kind: str | None) -> None:
    """Facts of a release (or of SUBJECT alone) on which sources do not agree; `held` is what counts here.

    Example: tracker registry conflicts
    """
    with setting.database() as connection:
        rows = records(
            connection,
            "SELECT c.* FROM conflicts AS c WHERE ($1 IS NULL OR c.subject = $1) AND ($2 IS NULL OR c.property = $2)",
            [subject, kind],
        )
    columns = ["subject", "property", "value", "held", "sources", "first_seen", "last_seen"]
    output.write(rows, columns, setting.format)


RENAMES = ["board", "day_before", "day", "old", "new", "votes_old", "votes_new", "score_old", "score_new",
           "old_release", "new_release", "state"]  # fmt: skip


@click.command("renames")
@click.argument("board", required=False)
@common
def renames_command(setting: Setting, board: str | None) -> None:
    """Names that took over the votes and score of another name between neighbouring points of a board.

    Example: tracker registry renames arena_text
    """
    from storage.database import sql

    with setting.database() as connection:
        if board:
            known_board(connection, board)
        output.write(records(connection, sql("renames"), [board]), RENAMES, setting.format)


@click.command("corrections")
@common
def corrections_command(setting: Setting) -> None:
    """Which figures the last publish moved, over the same snapshots as before, and the rows that did it.

    Example: tracker registry corrections
    """
    from tracker.changes.corrections import corrections

    rows, sentence = corrections(setting.data)
    columns = ["board", "day", "top", "by", "value", "of", "before", "after", "because"]
    if rows or setting.format != "table":
        output.write(rows, columns, setting.format)
    output.say(sentence)


@click.command("unresolved")
@click.option("--top", type=Integer(1), default=50, show_default=True, help="Only names that stood this high.")
@common
def unresolved_command(setting: Setting, top: int) -> None:
    """Published names of which developer, country, openness or release is not known, the weightiest first.

    Example: tracker registry unresolved
    """
    with setting.database() as connection:
        rows = records(
            connection,
            "SELECT u.name, u.published_organization, u.best_rank, u.places, u.boards, u.last_day,"
            " u.without_developer, u.without_country, u.without_openness, u.without_release"
            " FROM unresolved AS u WHERE u.best_rank <= ?"
            " ORDER BY u.without_country DESC, u.without_openness DESC, u.best_rank, u.places DESC, u.name",
            [top],
        )
    for row in rows:
        words = ("developer", "country", "openness", "release")
        row["unknown"] = ", ".join(word for word in words if row.pop(f"without_{word}"))
    columns = ["name", "published_organization", "unknown", "best_rank", "places", "boards", "last_day"]
    output.write(rows, columns, setting.format)
