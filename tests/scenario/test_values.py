"""Values, evaluated over many rows."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.scenario.staging import played

STEP = 'steps:\n  - a: {write: {path: "{x}", bytes: 1}, times: 400, every: 1 ms, by: explorer}\n'


def values(tmp_path: Path, raw: str, occurs: str = "{instances: 20}") -> pl.DataFrame:
    """The texts of a value in 400 rows of each instance."""
    step = STEP.replace('"{x}"', raw)
    frames, _ = played(tmp_path, f"where: {{host: {{os: windows}}}}\n{step}", occurs=occurs)
    return frames["write"]


@pytest.mark.parametrize(
    ("raw", "mean", "deviation"),
    [
        ("{uniform: [10, 20]}", 15, 10 / 12**0.5),
        ("{integer: [1, 6]}", 3.5, (35 / 12) ** 0.5),
        ("{normal: {mean: 50, sd: 4}}", 50, 4),
        ("{exponential: {mean: 30}}", 30, 30),
        ("{sum: [{integer: [1, 6]}, {integer: [1, 6]}]}", 7, (35 / 6) ** 0.5),
        ("{quotient: [{uniform: [10, 20]}, 10]}", 1.5, 1 / 12**0.5),
    ],
)
def test_distributions_have_the_mean_and_spread_they_say(
    tmp_path: Path, raw: str, mean: float, deviation: float
) -> None:
    drawn = values(tmp_path, raw)["path"].cast(pl.Float64).to_numpy()
    assert drawn.mean() == pytest.approx(mean, abs=5 * deviation / len(drawn) ** 0.5)
    assert drawn.std() == pytest.approx(deviation, rel=0.1)


def test_a_lognormal_has_its_median_and_keeps_its_bounds(tmp_path: Path) -> None:
    drawn = values(tmp_path, "{lognormal: {median: 1 kB, sigma: 1, min: 100, max: 9000}}")["path"].cast(pl.Float64)
    assert float(np.median(drawn)) == pytest.approx(1000, rel=0.1)
    assert drawn.min() == 100
    assert drawn.max() == 9000


def test_a_choice_keeps_its_weights(tmp_path: Path) -> None:
    counts = dict(values(tmp_path, "{choice: {a: 3, b: 1}}")["path"].value_counts().iter_rows())
    assert counts["a"] / counts["b"] == pytest.approx(3, rel=0.15)


def test_a_choice_of_draws_draws_in_each(tmp_path: Path) -> None:
    texts = values(tmp_path, '{choice: ["n{ordinal}", {hex: 4}], weights: [1, 1]}')
    ordinals = texts["path"].str.contains(r"^n\d+$")
    assert ordinals.mean() == pytest.approx(0.5, abs=0.03)
    assert texts.filter(~ordinals)["path"].str.contains("^[0-9a-f]{4}$").all()


@pytest.mark.parametrize(
    ("raw", "pattern"),
    [
        ("{hex: 9}", "[0-9a-f]{9}"),
        ("{digits: 10}", "[1-9][0-9]{9}"),
        ("{letters: 8}", "[a-z]{8}"),
        ("{token: 35}", "[A-Za-z0-9_-]{35}"),
        ("{guid: lower}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"),
        ("{guid: upper}", "[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[0-9A-F]{4}-[0-9A-F]{12}"),
    ],
)
def test_random_text_looks_as_it_says_and_hardly_repeats(tmp_path: Path, raw: str, pattern: str) -> None:
    texts = values(tmp_path, raw)["path"]
    assert all(re.fullmatch(pattern, text) for text in texts)
    assert texts.n_unique() > 0.99 * len(texts)


@pytest.mark.parametrize(
    ("per", "by"),
    [("row", "action_id"), ("instance", "instance_id"), ("host", "host"), ("user", "user"), ("world", None)],
)
def test_per_says_for_what_a_value_stays_the_same(tmp_path: Path, per: str, by: str | None) -> None:
    frame = values(tmp_path, f"{{hex: 12, per: {per}}}")
    groups = 1 if by is None else frame[by].n_unique()
    assert frame["path"].n_unique() == groups
    if by is not None:
        assert frame.select(by, "path").n_unique() == groups


def test_pools_are_drawn_from(tmp_path: Path) -> None:
    from simulator.world.profile import load_pools

    name, pool = next((n, p) for n, p in load_pools().items() if not any("{" in w for w in p.words))
    drawn = set(values(tmp_path, f"{{pool: {name}}}")["path"])
    assert drawn <= set(pool.words)
    assert len(drawn) > 1


def test_pick_follows_another_value(tmp_path: Path) -> None:
    body = 'vary: {kind: [a, b, c]}\nlet: {x: {pick: "{kind}", from: {a: "A{ordinal}", b: B, else: other}}}\n' + STEP
    frames, truth = played(tmp_path, body)
    found = frames["write"].with_columns(pl.col("instance_id").cast(pl.Int64)).join(truth, on="instance_id")
    letters = found.with_columns(
        kind=pl.col("variation").str.json_path_match("$.kind"), text=pl.col("path").str.extract("^([A-Za-z]+)")
    ).select("kind", "text")
    assert set(letters.unique().iter_rows()) == {("a", "A"), ("b", "B"), ("c", "other")}


def test_a_let_is_the_same_throughout_an_instance_unless_it_says_per_row(tmp_path: Path) -> None:
    body = 'let: {fixed: {hex: 8}, loose: {hex: 8, per: row}, both: "{fixed}-{loose}"}\n' + STEP.replace(
        "{x}", "{both}"
    )
    frames, _ = played(tmp_path, body)
    parts = (
        frames["write"]
        .with_columns(pl.col("path").str.split("-").list.to_struct(fields=["fixed", "loose"]))
        .unnest("path")
    )
    assert parts["fixed"].n_unique() == parts["instance_id"].n_unique() == 8
    assert parts["loose"].n_unique() == len(parts)


def test_names_of_host_user_world_and_time(tmp_path: Path) -> None:
    raw = '"{host.name}|{user.name}|{world.netbios}|{time.date}|{user.documents}|{ordinal}"'
    frame = values(tmp_path, raw, occurs="{instances: 3}")
    from tests.scenario.staging import world

    stage = world()
    for row in frame.head(20).iter_rows(named=True):
        host, user, domain, day, documents, _ = row["path"].split("|")
        assert host == stage.hosts["name"][row["host"]]
        assert user == stage.users["name"][row["user"]]
        assert domain == stage.company.netbios
        assert documents == f"C:\\Users\\{user}\\Documents"
        local = row["time"] + stage.hosts["utc_offset"][row["host"]]
        assert day == str(np.datetime64(local, "us").astype("datetime64[D]"))


def test_numbers_print_without_needless_decimals_and_nulls_as_nothing(tmp_path: Path) -> None:
    body = "let: {n: {product: [2, 3]}, none: null, half: {quotient: [1, 8]}}\n" + STEP.replace(
        "{x}", "{n}[{none}]{half}"
    )
    frames, _ = played(tmp_path, body)
    assert set(frames["write"]["path"]) == {"6[]0.125"}
