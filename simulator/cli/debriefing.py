"""The scorecard of an exercise on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from simulator.lab.debrief import Debriefing, StepCard


def print_debriefing(card: Debriefing) -> None:
    """A line for each step, what was missed, and the timeline."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading, justify in (
        ("#", "right"), ("begins", "left"), ("scenario", "left"), ("host", "left"), ("verdict", "left"),
        ("to alert", "right"), ("bytes out", "right"), ("rules", "right"),
    ):  # fmt: skip
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for step in card.steps:
        table.add_row(
            str(step.number),
            _clock(step.start),
            escape(step.scenario),
            escape(step.host.partition(".")[0]),
            _verdict(step),
            "" if step.first_alert is None else f"{(step.first_alert - step.start) / 1e6:,.0f} s",
            f"{step.bytes_out:,}",
            str(len(step.rules)) if step.rules else "",
        )
    console.print(table)
    attacks = [step for step in card.steps if step.label == "malicious"]
    missed = [step for step in attacks if step.missed]
    console.print(
        f"\n{len(attacks) - len(missed)} of {len(attacks)} attacks caught by the alerts of {escape(card.source)}"
    )
    for step in missed:
        console.print(
            f"missed: {step.number}. {escape(step.scenario)} on {escape(step.host)}, {step.bytes_out:,} bytes out"
        )
    if card.unrelated:
        console.print(f"{card.unrelated:,} alerts are about nothing that was done")
    console.print("\ntimeline")
    for moment in card.timeline:
        about = "" if moment.step is None else f"{moment.step}."
        console.print(f"  {_clock(moment.time)}  {about:<4} {moment.what:<7} {escape(moment.text)}", soft_wrap=True)


def _verdict(step: StepCard) -> str:
    if step.label == "malicious":
        return "[red]missed[/]" if step.missed else "[green]caught[/]"
    return "[yellow]false alarm[/]" if step.rules else "silent"


def _clock(time: int) -> str:
    return datetime.fromtimestamp(time / 1e6, UTC).strftime("%H:%M:%S")
