"""Worker processes: results in order, errors as they were raised, a dead process, and nothing left afterwards."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from simulator.errors import InvalidRule, Location, StreamError
from simulator.processes import in_order


def double(number: int) -> int:
    time.sleep(0.02 * (number % 3))
    return 2 * number


def refuse(number: int) -> int:
    if number == 3:
        raise InvalidRule(Location("rule.yml", 7, 2), "no good")
    return number


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("size", [None, abs], ids=["as they come", "large ones first"])
def test_results_are_in_the_order_of_tasks(workers, size):
    with in_order(double, range(20), workers, size=size) as results:
        assert list(results) == [2 * number for number in range(20)]
    assert multiprocessing.active_children() == []


def test_an_error_in_a_worker_arrives_with_its_place():
    with pytest.raises(InvalidRule) as caught, in_order(refuse, range(6), 2) as results:
        list(results)
    assert str(caught.value) == "rule.yml:7:2: no good"
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_an_error():
    with pytest.raises(StreamError, match="worker process died"), in_order(die, range(4), 2) as results:
        list(results)


def test_leaving_early_ends_the_processes():
    with in_order(double, range(1000), 2) as results:
        assert next(results) == 0
        assert len(multiprocessing.active_children()) == 2
        raised = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.SIGINT not in raised
    assert multiprocessing.active_children() == []


SCRIPT = """
from simulator.processes import in_order
from tests.test_processes import double

print("once", flush=True)
with in_order(double, range(400), 2) as results:
    for number, result in enumerate(results):
        if number == 0:
            print("started", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("when", ["once", "started"])
def test_ctrl_c_reaches_only_the_process_that_started_the_others(tmp_path, when):
    (tmp_path / "script.py").write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "script.py"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    seen = []
    while not seen or seen[-1] != when:
        seen.append(process.stdout.readline().strip())
        assert seen[-1], process.stderr.read()
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    rest, complaint = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert complaint.count("Traceback") == 1, complaint
    assert seen.count("once") + rest.count("once") == 1
