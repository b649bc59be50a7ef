"""The saved pages, grown to the size that their boards must have: what the simulated internet serves.

A saved page has a handful of rows, and a board of so few would be quarantined. So each page is served with its own
rows, then one row for each landmark that it lacks, then `made-up-model-000`, `made-up-model-001` ... until there are as
many as the board expects on the day of the page, and a few more. Added rows repeat the shape of a saved row. Their
scores are made up, all different, and between those of the saved rows, so that no cut falls on a tie.

A page has one body for each day on which it changed; before the first of them it is not there. An enabled source without
Python whose pages are CSV, JSON or YAML needs nothing here (`plain`); each other one has a function.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import yaml

from scrapers import values
from scrapers.sources import livebench, opencompass
from scrapers.spec import Source, load_sources
from tests.saved_pages import SAVED, csv_rows, declared, parquet
from tracker.importers import bundled

NEWEST_PAGE = "2026-10-01"  # the day of a page that no function below knows: the newest rule for its rows is in force
MORE = 3  # rows above the declared minimum, and as many again for each later body
ARENA = "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/main"


@dataclass(frozen=True)
class Body:
    """What an address serves from a day on."""

    since: str
    content: bytes


Pages = dict[str, list[Body]]


def made_up(number: int) -> str:
    """A name that nobody takes for a model."""
    return f"made-up-model-{number:03}"


def added_names(board: str, source: str, day: str, present: Sequence[str], more: int = MORE) -> list[str]:
    """The names that a page lacks: landmarks, and then made-up ones up to the number of rows expected on the day."""
    expectations = declared(source).boards[board].expectations
    landmarks = [name for name in expectations.landmarks if name not in present]
    missing = expectations.rows_on(date.fromisoformat(day)).min + more - len(present) - len(landmarks)
    return landmarks + [made_up(number) for number in range(missing)]


def spread(low: float, high: float, count: int) -> list[float]:
    """So many different scores, falling, strictly between the two."""
    return [round(high - (high - low) * number / (count + 1), 6) for number in range(1, count + 1)]


def csv_page(rows: Sequence[dict[str, str]]) -> bytes:
    """Rows as a CSV page."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def address_of(source: str, role: str) -> str:
    """The address under which a source declares the page of that role."""
    return next(page.address for page in declared(source).pages if page.role == role)


def aider() -> Pages:
    """YAML. Polyglot changes in August and in October 2025, the edit board no more."""

    def grown(role: str, day: str, more: int) -> bytes:
        text = (SAVED / "aider" / f"{role}.yml").read_text("utf-8").rstrip("\n")
        row = "- dirname" + text.rpartition("\n- dirname")[2]
        names = added_names(f"aider_{role}", "aider", day, re.findall(r"(?m)^  model: (.+)$", text), more)
        rows = [text]
        for name, score in zip(names, spread(20, 60, len(names)), strict=True):
            named = re.sub(r"(?m)^  model: .+$", f"  model: {name}", row)
            rows.append(re.sub(r"(?m)^  pass_rate_2: .+$", f"  pass_rate_2: {score}", named))
        return ("\n\n".join(rows) + "\n").encode()

    days = ("2025-04-20", "2025-08-14", "2025-10-04")
    polyglot = [Body(day, grown("polyglot", day, MORE * number)) for number, day in enumerate(days, 1)]
    edit = [Body("2025-04-20", grown("edit", "2025-04-20", MORE))]
    return {address_of("aider", "polyglot"): polyglot, address_of("aider", "edit"): edit}


def vectara() -> Pages:
    """Markdown that says its own day."""
    saved = (SAVED / "vectara" / "readme.md").read_text("utf-8")
    present = re.findall(r"^\|([^|]+/[^|]+)\|", saved, re.MULTILINE)

    def grown(day: str, words: str, more: int) -> bytes:
        names = added_names("vectara_hallucination", "vectara", day, present, more)
        scores = reversed(spread(6, 23, len(names)))
        lines = "".join(f"|{name}|{score:.2f} %|{100 - score:.2f} %|99.0 %|80.5|\n"
                        for name, score in zip(names, scores, strict=True))  # fmt: skip
        assert "March 10, 2026" in saved
        page = saved.replace("March 10, 2026", words).replace("<!-- LEADERBOARD_END", f"{lines}<!-- LEADERBOARD_END")
        assert page.count("made-up-model-000") == 1
        return page.encode()

    days = {"2025-04-18": "April 18, 2025", "2025-08-07": "August 7, 2025", "2026-03-10": "March 10, 2026"}
    return {
        address_of("vectara", "readme"): [
            Body(day, grown(day, words, MORE * number)) for number, (day, words) in enumerate(days.items(), 1)
        ]
    }


def arena() -> Pages:
    """Parquet, rows of one day in `latest` and of all days in `full`; the dataset begins on 2026-06-30."""
    history = csv_rows(SAVED / "arena" / "text_full.csv")
    saved = {name: csv_rows(SAVED / "arena" / f"{name}.csv")
             for name in ("text_style_control", "vision_style_control", "vision", "webdev")}  # fmt: skip
    newest = max(row["leaderboard_publish_date"] for row in history)
    saved["text"] = [row for row in history if row["leaderboard_publish_date"] == newest]
    pages: Pages = {}
    for role, rows in saved.items():
        board = next(name for name, board in declared("arena").boards.items() if role in board.page)
        days = [arena_day(rows, board, day, MORE * number) for number, day in enumerate(("2026-06-25", newest), 1)]
        folder = f"{ARENA}/{role}"
        since = ("2026-06-30", "2026-08-21")
        pages[f"{folder}/latest-00000-of-00001.parquet"] = [
            Body(start, parquet(day)) for start, day in zip(since, days, strict=True)
        ]
        pages[f"{folder}/full-00000-of-00001.parquet"] = [
            Body(start, parquet([row for day in days[: number + 1] for row in day]))
            for number, start in enumerate(since)
        ]
    return pages


def arena_day(rows: list[dict[str, str]], board: str, day: str, more: int) -> list[dict[str, str]]:
    """The rows of one published day: those of other categories as saved, those of `overall` grown and ranked."""
    overall = [row for row in rows if row["category"] == "overall"]
    names = added_names(board, "arena", day, [row["model_name"] for row in overall], more)
    added = [
        overall[-1] | {"model_name": name, "rating": f"{score}", "rating_lower": f"{score - 5}",
                       "rating_upper": f"{score + 5}"}
        for name, score in zip(names, spread(1000, 1450, len(names)), strict=True)
    ]  # fmt: skip
    ranked = sorted(overall + added, key=lambda row: -float(row["rating"]))
    shown = [row | {"rank": f"{place}"} for place, row in enumerate(ranked, 1)]
    others = [row for row in rows if row["category"] != "overall"]
    return [row | {"leaderboard_publish_date": day} for row in (*others, *shown)]


@dataclass(frozen=True)
class Edition:
    """An edition of OpenCompass as its manifest lists it."""

    role: str
    file: str
    column_file: str
    month: str
    updated_on: str


def editions() -> list[Edition]:
    """Every edition of the bundled history, and the saved one of the academic ranking."""
    llm = [Edition("llm", item.file, item.column_file, item.month, item.updated_on.isoformat())
           for item in bundled.editions()]  # fmt: skip
    academic = "assets/research-rank/research-{}.REALTIME.20260903.json"
    return [*llm, Edition("academic", academic.format("data"), academic.format("column"), "REALTIME", "2026-09-03")]


def opencompass_pages() -> Pages:
    """The bundled history, whole as it is; the academic ranking and the official file, grown. No column file."""
    pages = {item.address: [Body(item.updated_on.isoformat(), item.body)] for item in bundled.editions()}
    academic = grown_edition("opencompass_academic", "academic.REALTIME.20260903.json", ("Average",))
    pages[opencompass.CDN + editions()[-1].file] = [Body("2026-09-03", academic)]
    columns = ("Average", "Knowledge", "Reasoning", "Math", "Coding")
    official = grown_edition("opencompass_llm", "official.json", columns)
    pages[opencompass.OFFICIAL] = [Body("2026-08-24", official)]
    return pages


def grown_edition(board: str, file: str, columns: Sequence[str]) -> bytes:
    """An edition's JSON with more rows in its table."""
    content = orjson.loads((SAVED / "opencompass" / file).read_bytes())
    rows = content["OverallTable"]
    names = added_names(board, "opencompass", "2026-09-03", [row["model"] for row in rows])
    content["OverallTable"] += [
        rows[0] | {"model": name} | dict.fromkeys(columns, score)
        for name, score in zip(names, spread(2, 9, len(names)), strict=True)
    ]
    return orjson.dumps(content)


def manifest(kind: int, day: str) -> bytes:
    """What the gateway answers on a day to a POST that asks for one kind of edition; of a month the newest, newest first."""
    role = next(role for role, number in opencompass.KINDS.items() if number == kind)
    there = [item for item in editions() if item.role == role and item.updated_on <= day]
    rows = [
        {"fileName": item.file, "columnFileName": item.column_file, "month": item.month, "updateTime": item.updated_on}
        for item in sorted(there, key=lambda item: item.updated_on, reverse=True)
    ]
    return orjson.dumps({"traceId": "simulated", "msgCode": "10000", "msg": "ok", "data": rows})


def opencompass_vlm() -> Pages:
    """JSON, an object for each model; the second address has the same."""
    content = orjson.loads((SAVED / "opencompass_vlm" / "openvlm.json").read_bytes())
    results = content["results"]
    whole = next(model for model in results.values() if "MMBench_V11" in model)
    names = added_names("opencompass_vlm", "opencompass_vlm", "2025-09-17", list(results))
    for name, score in zip(names, spread(20, 60, len(names)), strict=True):
        model = deepcopy(whole)
        model["META"]["Method"] = [name, ""]
        for benchmark in model.keys() - {"META"}:
            model[benchmark] = {"Final Score": 10 * score} if benchmark == "OCRBench" else {"Overall": score}
        results[name] = model
    body = [Body("2025-09-17", orjson.dumps(content))]
    return {page.address: body for page in declared("opencompass_vlm").pages}


def livebench_pages() -> Pages:
    """Scripts, CSV and JSON; releases of 2024 are in the old repository, those of 2026 in the new one."""
    new, old = livebench.REPOSITORIES
    days = sorted(folder.name for folder in (SAVED / "livebench").iterdir() if folder.is_dir())
    listed = ", ".join(f'"{day.replace("_", "-")}"' for day in days)
    pages = {f"{new}src/lib/constants.js": [Body("2026-06-25", f"export const RELEASES = [{listed}];\n".encode())]}
    for repository, day in ((old, "2024_11_25"), (new, "2026_06_25")):
        links = (SAVED / "livebench" / day / "links.js").read_bytes()
        pages[f"{repository}src/Table/modelLinks.js"] = [Body(day.replace("_", "-"), links)]
    for day in days:
        folder, public = SAVED / "livebench" / day, f"{new if day >= '2026' else old}public/"
        rows = csv_rows(folder / f"table.{day}.csv")
        since = day.replace("_", "-")
        whole = next(row for row in rows if all(row.values()))
        names = added_names("livebench", "livebench", since, [row["model"] for row in rows])
        rows = [row | {column: cell or "" for column, cell in row.items()} for row in rows]
        rows += [
            {column: name if column == "model" else f"{score}" for column in whole}
            for name, score in zip(names, spread(20, 60, len(names)), strict=True)
        ]
        pages[f"{public}table_{day}.csv"] = [Body(since, csv_page(rows))]
        pages[f"{public}categories_{day}.json"] = [Body(since, (folder / f"categories.{day}.json").read_bytes())]
    return pages


def epoch_eci() -> Pages:
    """CSV."""
    rows = csv_rows(SAVED / "epoch_eci" / "eci.csv")
    names = added_names("epoch_eci", "epoch_eci", "2025-12-19", [row["Display name"] for row in rows])
    rows += [
        rows[0] | {"Model": name, "Display name": name, "eci": f"{score}", "eci_ci_low": "", "eci_ci_high": ""}
        for name, score in zip(names, spread(80, 140, len(names)), strict=True)
    ]
    return {address_of("epoch_eci", "eci"): [Body("2025-12-19", csv_page(rows))]}


def gso() -> Pages:
    """JSON."""
    content = orjson.loads((SAVED / "gso" / "leaderboard.json").read_bytes())
    rows = content["models"]
    item = next(row for row in rows if row["setting"] == "Opt@1" and "reasoning_effort" not in row)
    present = [row["name"] for row in rows if row["setting"] == "Opt@1"]
    names = added_names("gso", "gso", "2026-04-27", present)
    rows += [item | {"name": name, "score": score}
             for name, score in zip(names, spread(5, 30, len(names)), strict=True)]  # fmt: skip
    return {address_of("gso", "leaderboard"): [Body("2026-04-27", orjson.dumps(content))]}


def superclue() -> Pages:
    """Markdown; the table under the heading of the totals."""
    text = (SAVED / "superclue" / "readme.md").read_text("utf-8")
    header, rule, rest = text.partition("\n\n### SuperCLUE-OPEN")
    assert rule
    total = header.rpartition("|:-:|")[2].strip().splitlines()
    names = added_names("superclue_total", "superclue", "2023-12-31", total)
    lines = [f"| - | {name} | 百度 | {score:.2f} | 60.00 | 70.00 | API |"
             for name, score in zip(names, spread(40, 70, len(names)), strict=True)]  # fmt: skip
    body = "\n".join([header, *lines]) + rule + rest
    return {address_of("superclue", "readme"): [Body("2023-12-28", body.encode())]}


def swebench() -> Pages:
    """JSON, a list for each leaderboard."""
    content = orjson.loads((SAVED / "swebench" / "leaderboards.json").read_bytes())
    boards = {"bash-only": "swebench_bash_only", "Verified": "swebench_verified"}
    for shown in content["leaderboards"]:
        if shown["name"] in boards:
            rows = shown["results"]
            board = boards[shown["name"]]
            names = added_names(board, "swebench", "2026-02-01", [row["name"] for row in rows])
            rows += [rows[0] | {"name": name, "resolved": score}
                     for name, score in zip(names, spread(20, 50, len(names)), strict=True)]  # fmt: skip
    return {address_of("swebench", "leaderboards"): [Body("2026-02-01", orjson.dumps(content))]}


def tau2() -> Pages:
    """A manifest and one JSON for each submission."""
    folder = SAVED / "tau2" / "set"
    manifest_address = address_of("tau2", "manifest")
    listed = orjson.loads((folder / "manifest.json").read_bytes())
    submissions = {file.parent.name: orjson.loads(file.read_bytes()) for file in folder.glob("*/submission.json")}
    templates = {"submissions": "gpt-5-2_sierra_2026-02-26", "voice_submissions": "gpt-realtime-2_openai_2026-06-29"}
    for key, template in templates.items():
        board = "tau2_overall" if key == "submissions" else "tau2_voice_overall"
        names = added_names(board, "tau2", "2026-08-18", [shown(submissions[name]) for name in listed[key]])
        names += [made_up(number) for number in range(2)]
        for number, (name, score) in enumerate(zip(names, spread(20, 50, len(names)), strict=True)):
            model, _, effort = name.removesuffix(")").partition(" (")
            details = deepcopy(submissions[template]) | {"model_name": model, "reasoning_effort": effort or None}
            for result in details["results"].values():
                result["pass_1"] = score
            listed[key].append(f"made-up-{key.partition('_')[0]}-{number}_nobody_2026-08-18")
            submissions[listed[key][-1]] = details
    pages = {manifest_address: [Body("2026-08-18", orjson.dumps(listed))]}
    for name, details in submissions.items():
        pages[manifest_address.replace("manifest.json", f"{name}/submission.json")] = [
            Body("2026-08-18", orjson.dumps(details))
        ]
    return pages


def shown(details: dict[str, Any]) -> str:
    """The name under which the site shows a submission."""
    effort = details["reasoning_effort"] if "reasoning_effort" in details else None
    return f"{details['model_name']} ({effort})" if effort else str(details["model_name"])


def terminal_bench() -> Pages:
    """An HTML table whose rows are pairs of agent and model."""
    text = (SAVED / "terminal_bench" / "leaderboard.html").read_text("utf-8")
    names = added_names("terminal_bench", "terminal_bench", "2026-05-01", ["-"] * text.count("<tr><td"))
    cell = '<td class="p-2">{}</td>'.format
    lines = []
    for place, (name, score) in enumerate(zip(names, spread(20, 50, len(names)), strict=True), 100):
        agent, _, model = name.partition(" + ")
        cells = ["", place, agent, model or name, "2026-04-02", "Nobody", "Nobody", f"{score:.2f} % ± 2.0"]
        lines.append(f"<tr>{''.join(map(cell, cells))}</tr>\n")
    body = text.replace("</tbody>", f"{''.join(lines)}</tbody>")
    return {address_of("terminal_bench", "leaderboard"): [Body("2026-05-01", body.encode())]}


def feeds() -> Pages:
    """Facts of models: no page of them is saved. A row or two are real, the others made up."""
    epoch = [
        {"Model": made_up(number), "Organization": "Nobody", "Publication date": "2026-01-01",
         "Country (of organization)": "", "Model accessibility": "API access"}
        for number in range(500)
    ]  # fmt: skip
    epoch.append({"Model": "GPT-5", "Organization": "OpenAI", "Publication date": "2025-08-07",
                  "Country (of organization)": "United States of America", "Model accessibility": "API access"})  # fmt: skip
    tracked = [{"org": "nobody", "model": made_up(number), "modelId": f"nobody/{made_up(number)}"}
               for number in range(1000)]  # fmt: skip
    tracked.append({"org": "Qwen", "model": "Qwen3-32B", "modelId": "Qwen/Qwen3-32B"})
    regions = [{"hf_org": f"nobody-{number}", "region": "other", "notes": ""} for number in range(80)]
    regions.append({"hf_org": "Qwen", "region": "china", "notes": ""})
    router = [
        {"id": f"nobody/{made_up(number)}", "canonical_slug": f"nobody/{made_up(number)}", "name": made_up(number),
         "created": 1_767_225_600, "hugging_face_id": ""}
        for number in range(100)
    ]  # fmt: skip
    return {
        address_of("epoch_models", "models"): [Body("2026-05-02", csv_page(epoch))],
        address_of("tracked_models", "models"): [Body("2026-05-02", csv_page(tracked))],
        address_of("tracked_models", "regions"): [Body("2026-05-02", csv_page(regions))],
        address_of("openrouter_models", "models"): [Body("2026-05-02", orjson.dumps({"data": router}))],
    }


GROWN: tuple[Callable[[], Pages], ...] = (
    aider, arena, epoch_eci, feeds, gso, livebench_pages, opencompass_pages, opencompass_vlm, superclue, swebench,
    tau2, terminal_bench, vectara,
)  # fmt: skip


def read_json(file: Path) -> Any:
    """What a JSON file holds."""
    return orjson.loads(file.read_bytes())


def read_yaml(file: Path) -> Any:
    """What a YAML file holds."""
    return yaml.safe_load(file.read_bytes())


def plain(source: Source) -> Pages:
    """The pages of a source without Python, in CSV, JSON or YAML: by the columns that it declares."""
    pages: Pages = {}
    for page in source.pages:
        assert page.format in {"csv", "json", "yaml"}, f"{source.name}: a page of {page.format} needs a function here"
        name, board = next((name, board) for name, board in source.boards.items() if page.role in board.page)
        (file,) = (SAVED / source.name).glob(f"{page.role}.{page.format.replace('yaml', 'y*ml')}")
        content: Any = {"csv": csv_rows, "json": read_json, "yaml": read_yaml}[page.format](file)
        rows = content[page.rows_under] if page.rows_under else content
        model, score = (
            next(column for column in columns if column in rows[0])
            for columns in (board.columns.name or source.columns.name, board.columns.score or source.columns.score)
        )
        known = [number for row in rows if (number := values.number(row[score])) is not None]
        names = added_names(name, source.name, NEWEST_PAGE, [str(row[model]) for row in rows])
        scores = spread(min(known), max(known), len(names))
        rows += [rows[-1] | {model: added, score: f"{number}"} for added, number in zip(names, scores, strict=True)]
        body = (
            csv_page(rows) if page.format == "csv" else json.dumps(content, default=str).encode()
        )  # which is YAML, too
        pages[page.address] = [Body(NEWEST_PAGE, body)]
    return pages


@functools.cache
def pages() -> Pages:
    """Every page of the simulated internet: live address -> its bodies, the oldest first."""
    result = {address: bodies for grow in GROWN for address, bodies in grow().items()}
    for source in load_sources().values():
        if source.enabled and not source.module and not any(page.address in result for page in source.pages):
            result |= plain(source)
    return {address: sorted(bodies, key=lambda body: body.since) for address, bodies in result.items()}


def on(day: str) -> Iterator[tuple[str, bytes]]:
    """(address, body) of every page that is there on that day."""
    for address, bodies in pages().items():
        there = [body for body in bodies if body.since <= day]
        if there:
            yield address, there[-1].content
