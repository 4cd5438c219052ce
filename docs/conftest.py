"""The examples in the documentation run as tests: `python` blocks as Python, `console` blocks as commands.

All examples of one page share a temporary folder that starts out empty. A command must exit with 0 unless the line
below it in the page says `(exits with N)`. Lines of output in the page must occur in the real output, in order; a line
`...` stands for any.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser


def run_console(example: Example) -> None:
    """Run each `$ command` of a block and hold its output against the lines below it."""
    for command, expected in _commands(str(example.parsed)):
        done = subprocess.run(
            shlex.split(command.replace("sparring", f"{sys.executable} -m simulator", 1)),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            env=os.environ | {"COLUMNS": "110"},
        )
        wanted = 0
        if expected and (code := re.fullmatch(r"\(exits with (\d+)\)", expected[-1])):
            wanted = int(code[1])
            expected = expected[:-1]
        printed = done.stdout + done.stderr
        assert done.returncode == wanted, f"$ {command}\nexit {done.returncode}, not {wanted}\n{printed}"
        position = 0
        for line in (line for line in expected if line.strip() not in ("", "...")):
            found = printed.find(line.strip(), position)
            assert found >= 0, f"$ {command}\nnot in the output, or not in this order: {line.strip()!r}\n{printed}"
            position = found + len(line.strip())


def _commands(block: str) -> list[tuple[str, list[str]]]:
    commands: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands:
            commands[-1][1].append(line)
    return commands


@pytest.fixture(scope="module")
def _folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> object:
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("docs"))
    yield
    os.chdir(before)


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser("console", run_console)],
    pattern="*.md",
    fixtures=["_folder_of_its_own"],
).pytest()
