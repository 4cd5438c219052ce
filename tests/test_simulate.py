"""The first verb: the stream on disk."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from simulator.dataset import open_stream
from simulator.errors import InvalidScenario, StreamError, UsageError
from simulator.simulate import simulate

SOME = ["rclone-to-mega", "browsing", "restic-nightly-backup", "sessions", "git-push", "telegram-from-powershell"]


def digest(folder: Path) -> dict[str, str]:
    """The hash of every file of a stream."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def events(folder: Path, table: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in sorted((folder / "events" / table).glob("*.parquet"))])


def test_a_stream_is_whole(tmp_path: Path) -> None:
    stream = simulate(SOME, out=tmp_path / "s", hosts=12, days=2, workers=1)
    manifest = stream.manifest
    assert (manifest["seed"], manifest["world"], manifest["hosts"], manifest["days"]) == (1, "office", 12, 2)
    assert manifest["start"] == "2026-03-02"
    assert set(manifest["scenarios"]) == set(SOME)
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    labels, instances = stream.labels(), stream.instances()
    assert labels["event_id"].is_unique().all()
    assert set(labels["instance_id"]) <= set(instances["instance_id"])
    ids = pl.concat([events(tmp_path / "s", table)["_event_id"] for table in stream.tables()])
    assert set(ids) == set(labels["event_id"])
    assert len(ids) == len(labels) == manifest["labels"]
    assert {s["id"]: s["label"] for s in stream.scenarios()}["browsing"] == "benign"
    assert (instances["start"] <= instances["end"]).all()


def test_no_label_stands_in_events(tmp_path: Path) -> None:
    simulate(["rclone-to-mega"], out=tmp_path / "s", hosts=8, days=1, workers=1)
    for path in (tmp_path / "s" / "events").rglob("*.parquet"):
        assert not {"_action_id", "_instance_id", "label", "scenario"} & set(pl.read_parquet_schema(path))


def test_hosts_and_users_of_instances_are_called_as_in_events(tmp_path: Path) -> None:
    stream = simulate(["rclone-to-mega"], out=tmp_path / "s", hosts=12, days=1, workers=1)
    starts = events(tmp_path / "s", "sysmon.process_creation")
    joined = starts.join(stream.labels(), left_on="_event_id", right_on="event_id").join(
        stream.instances(), on="instance_id"
    )
    assert len(joined) == len(starts)
    assert (joined["_host"] == joined["host"]).all()
    assert (joined["_user"] == joined["user"]).all()


def test_events_of_a_part_are_in_order_of_time(tmp_path: Path) -> None:
    simulate(["browsing"], out=tmp_path / "s", hosts=10, days=2, workers=1)
    for path in (tmp_path / "s" / "events").rglob("*.parquet"):
        assert pl.read_parquet(path)["_time"].is_sorted()


def test_the_truth_says_when_bytes_left(tmp_path: Path) -> None:
    stream = simulate(["rclone-to-mega", "git-push"], out=tmp_path / "s", hosts=12, days=1, workers=1)
    transfers = stream.transfers()
    assert transfers is not None
    attacks = stream.instances().filter(label="malicious")
    sent = transfers.group_by("instance_id").agg(pl.col("bytes_out").sum())
    assert sent.join(attacks, on=["instance_id", "bytes_out"]).height == len(attacks) > 0
    assert set(transfers["instance_id"]) <= set(attacks["instance_id"])


@pytest.mark.slow
def test_one_and_two_workers_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("simulator.simulate"), "_ACTIONS_PER_CHUNK", 4_000)
    for workers in (1, 2):
        simulate(SOME, out=tmp_path / str(workers), hosts=50, days=4, workers=workers)
    assert len(list((tmp_path / "1" / "events" / "proxy.http").iterdir())) > 2
    assert digest(tmp_path / "1") == digest(tmp_path / "2")


def test_another_scenario_changes_no_events_of_those_there_were(tmp_path: Path) -> None:
    alone = simulate(["rclone-to-mega", "sessions"], out=tmp_path / "a", hosts=15, days=2, workers=1)
    simulate(SOME, out=tmp_path / "b", hosts=15, days=2, workers=1)
    for table in alone.tables():
        one, more = events(tmp_path / "a", table), events(tmp_path / "b", table)
        again = more.filter(pl.col("_event_id").is_in(one["_event_id"].implode())).sort("_event_id")
        assert again.equals(one.sort("_event_id")), table


def test_only_the_tables_asked_for_are_made(tmp_path: Path) -> None:
    stream = simulate(SOME, out=tmp_path / "s", hosts=8, days=1, workers=1, tables=["proxy.http"])
    assert tuple(stream.tables()) == ("proxy.http",)


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    simulate(["git-push"], out=tmp_path / "s", hosts=8, days=1, workers=1, progress=lambda *at: seen.append(at))
    assert seen[-1][0] == seen[-1][1] > 0


def test_wrong_calls_leave_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "s"
    with pytest.raises(UsageError, match="did you mean 'rclone-to-mega'"):
        simulate(["rclone-to-mgea"], out=out)
    with pytest.raises(UsageError, match="no world called"):
        simulate(["git-push"], out=out, world="nowhere")
    with pytest.raises(UsageError, match="at least one worker"):
        simulate(["git-push"], out=out, workers=0)
    with pytest.raises(UsageError, match=r"did you mean 'proxy\.http'"):
        simulate(["git-push"], out=out, hosts=5, days=1, workers=1, tables=["proxy.htp"])
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: broken\nlabel: benign\nsteps: []\n")
    with pytest.raises(InvalidScenario, match=r"broken\.yaml:1:1"):
        simulate([broken], out=out)
    broken.unlink()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_stream_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "s"
    simulate(["git-push"], out=out, hosts=6, days=1, workers=1)
    with pytest.raises(StreamError, match="exists already"):
        simulate(["git-push"], out=out, hosts=6, days=1, workers=1)
    again = simulate(["git-push"], out=out, hosts=7, days=1, workers=1, overwrite=True)
    assert again.manifest["hosts"] == 7


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_leaves_no_half_stream(tmp_path: Path, workers: int) -> None:
    call = (
        "from importlib import import_module; s = import_module('simulator.simulate'); s._ACTIONS_PER_CHUNK = 2000\n"
        f"s.simulate(['browsing'], out={str(tmp_path / 's')!r}, hosts=60, days=60, workers={workers},"
        " progress=lambda done, of: print(done, flush=True))"
    )
    script = tmp_path / "run.py"
    script.write_text(f"if __name__ == '__main__':\n    {call.replace(chr(10), chr(10) + '    ')}\n")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout is not None
        assert running.stdout.readline().strip() == b"1"
        running.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert running.wait(60) != 0
        assert time.monotonic() - began < 60
    assert [path.name for path in tmp_path.iterdir()] == ["run.py"]


def test_reading_back(tmp_path: Path) -> None:
    simulate(["git-push"], out=tmp_path / "s", hosts=6, days=1, workers=1)
    assert open_stream(tmp_path / "s").manifest["format"] == 1
