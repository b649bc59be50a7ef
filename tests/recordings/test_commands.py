"""Commands on whole recordings: figures that a person counted on them."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from registry.load import SHIPPED
from tests.place import Place
from tracker.cli import cli
from tracker.provenance.bundle_format import unpacked
from tracker.provenance.verify import verify


def run(*command: str, data: Path) -> Any:
    """What the command answers in JSON; a verdict may be an exit code of 1."""
    done = CliRunner().invoke(cli, [*command, "--data", str(data), "--now", "2026-08-22", "--format", "json"])
    assert done.exit_code in {0, 1}, done.output
    return json.loads(done.stdout)


def test_claims_on_recordings(recordings: Path, tmp_path: Path) -> None:
    """The Arena CSV of 2025-07-18: 7 by score, 8 and 9 by other readings of the published rank, 10 by none."""
    page = next((recordings / "captures" / "arena_csv").glob("2025-07-18__*"))
    options = ["--data", str(tmp_path)]
    assert CliRunner().invoke(cli, ["import", "arena_csv", str(page), "--role", "text", *options]).exit_code == 0
    words = {7: "supported", 8: "depends", 9: "depends", 10: "contradicted"}
    result = {}
    for count in words:
        (result[count],) = run("claim", f"{count} of the top 20 on arena_text_raw are CN on 2025-07-18", data=tmp_path)
    assert {count: each["verdict"] for count, each in result.items()} == words
    assert {"rank_by": "published_rank_at_most"} in [each["changes"] for each in result[9]["holds"]]
    published = [
        each for each in result[8]["holds"] if each["changes"] == {"rank_by": "published_rank"} and each["always"]
    ]
    assert [(each["ties"], each["of"]) for each in published] == [("include", 21)]


def test_arena_dropped_thirty_rows(recordings: Path, tmp_path: Path) -> None:
    """Arena between 2025-02-12 and 16: old rows were taken away, CN went from 5 to 7, and removals did all of it."""
    pages = sorted((recordings / "captures" / "arena_csv").glob("2025-02-1[2-6]*"))
    done = CliRunner().invoke(cli, ["import", "arena_csv", *map(str, pages), "--role", "text", "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output
    options = ["--from", "2025-02-12", "--to", "2025-02-16", "--where", "country=CN", "--format", "json"]
    output = json.loads(
        CliRunner().invoke(cli, ["changes", "arena_text_raw", *options, "--data", str(tmp_path)]).stdout
    )
    result = output["shares"][0]
    assert (result["count_before"], result["count"]) == (5, 7)
    first = result["parts"][0]
    assert (first["cause"], first["count"]) == ("removals", 2)
    assert output["from"]["rows"] - output["to"]["rows"] == pytest.approx(29, abs=2)


def test_renames_of_the_arena(recordings: Path, tmp_path: Path) -> None:
    """Between 2024-08-06 and the day after, the Arena renamed models of Google; votes went on, scores stayed."""
    place = Place(tmp_path / "arena")
    files = [next((recordings / "captures" / "arena_csv").rglob(f"2024-08-{day}__*.csv")) for day in ("06", "07")]
    assert place.run("import", "arena_csv", *files, "--role", "text").code == 0
    result = place.run("registry", "renames", "arena_text_raw", "--format", "json").json()
    heirs = {row["old"]: row["new"] for row in result}
    assert heirs["Bard (Gemini Pro)"] == "Gemini App (2024-01-24)"
    assert heirs["Gemini Pro (Dev API)"] == "Gemini-1.0-Pro-001"
    assert heirs["Gemma-2-27B-it"] == "Gemma-2-27b-it"
    assert all(abs(row["votes_new"] - row["votes_old"]) <= 0.06 * row["votes_old"] for row in result)
    assert len(set(heirs.values())) == len(heirs) == 12


def test_feeds_are_read_from_the_archive(recordings: Path, tmp_path: Path) -> None:
    """The newest good page of a feed becomes statements with its address and day, and is read once."""
    place = Place(tmp_path / "place")
    place.config.write_text(place.config.read_text().replace('"registry"', f'"{SHIPPED}"'))
    captures = recordings / "captures"
    epoch = next(captures.glob("epoch/models/*.csv"))
    models, regions = sorted(captures.glob("atom/*tracked*")) + sorted(captures.glob("atom/*regions*"))
    assert place.run("import", "epoch_models", epoch).code == 0
    for role, file in (("models", models), ("regions", regions)):
        done = place.run("import", "tracked_models", file, "--role", role, "--captured-at", "2026-08-17")
        assert done.code == 0, done.err
    query = "SELECT value, source, trust, evidence, first_seen FROM statements WHERE subject = '{}' AND property = '{}'"
    assert place.sql(query.format("openai/gpt-5", "country"))[1:] == [
        ("US", "epoch_models", 2, "https://epoch.ai/data/notable_ai_models.csv", date(2026, 5, 2))
    ]
    assert [row[:3] for row in place.sql(query.format("Qwen/Qwen3-32B", "weights"))] == [
        ("yes", "registry", 1), ("yes", "tracked_models", 2),
    ]  # fmt: skip
    assert place.sql("SELECT source, count(*) FROM fact_pages GROUP BY source ORDER BY source") == [
        ("epoch_models", 1), ("tracked_models", 2),
    ]  # fmt: skip
    facts = "SELECT count(*), max(rowid) FROM facts"
    before = place.sql(facts)
    place.run("publish")
    assert place.sql(facts) == before  # not read again
    subjects = place.run("registry", "conflicts", "--property", "developer", "--format", "json").json()
    assert subjects
    assert all(row["value"] for row in subjects)


def test_a_page_that_may_not_be_passed_on(recordings: Path, tmp_path: Path) -> None:
    """Only its sha256 is inside, the rows end at the cut, and the answer says on whose word they are."""
    page = recordings / "captures" / "opencompass" / "openvlm" / "2025-10-23__OpenVLM.json"
    data = tmp_path / "data"
    result = CliRunner().invoke(cli, ["import", "opencompass_vlm", str(page), "--data", str(data)])
    assert result.exit_code == 0, result.output
    shares = run("share", "opencompass_vlm", "--unit", "release", data=data)
    file = tmp_path / "vlm.zip"
    assert run("bundle", shares[0]["id"], str(file), data=data)[0]["pages"] == 0
    proof = verify(file)
    assert (proof.pages, proof.figure.share.count) == (0, shares[0]["count"])
    assert proof.page_sha256 == (hashlib.sha256(page.read_bytes()).hexdigest(),)
    assert 20 <= proof.rows < 60
    members, _ = unpacked(file)
    assert not [name for name in members if name.startswith("pages/")]
