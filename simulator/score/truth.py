"""What scoring needs of a stream, and the truth in one shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import orjson
import polars as pl
import pyarrow as pa

from simulator.errors import StreamError


class LabelledStream(Protocol):
    """A stream as scoring sees it; layout of the truth in docs/architecture.md."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """`hosts`, `days`, `seed`, `start`, `world` and counts."""

    def tables(self) -> Sequence[str]:
        """The tables it holds."""

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All events of one table."""

    def instances(self) -> pl.DataFrame:
        """instance_id, scenario, label, technique, host, user, start, end, variation, tags, bytes_out."""

    def labels(self) -> pl.DataFrame:
        """event_id, action_id, instance_id."""

    def scenarios(self) -> Sequence[Mapping[str, Any]]:
        """id, title, label, technique, expect of each scenario that was played."""


@runtime_checkable
class WithTransfers(Protocol):
    """A stream that also knows when the bytes of each malicious instance left."""

    def transfers(self) -> pl.DataFrame | None:
        """instance_id, time (the connection's start), duration (microseconds, optional), bytes_out; None without."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the truth says of a scenario."""

    id: str
    title: str
    label: str
    techniques: tuple[str, ...]
    caught_by: frozenset[str]

    @property
    def malicious(self) -> bool:
        """Whether its instances are to be caught."""
        return self.label == "malicious"


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one stream; empty for logs that came without."""

    scenarios: Mapping[str, Scenario]
    attacks: pl.DataFrame
    """Malicious instances: instance_id, scenario, start."""
    variations: pl.DataFrame
    """instance_id, dimension, value: one row for each dimension of each malicious instance."""
    benign: int
    """Number of benign instances."""
    counts: Mapping[str, int]
    """Instances per scenario."""
    instances: pl.LazyFrame
    """All instances: instance_id, scenario, malicious."""
    labels: pl.LazyFrame
    """event_id, instance_id."""
    transfers: pl.DataFrame | None
    """instance_id, time, duration, bytes_out."""
    host_days: float

    @property
    def known(self) -> bool:
        """Whether there is any truth at all."""
        return bool(self.counts)


def truth_of(stream: LabelledStream) -> Truth:
    """The truth of `stream`, event ids as Int64, instance ids as UInt64, times in microseconds UTC.

    Raises StreamError where the truth lacks something or holds what it should not.
    """
    try:
        return _truth(stream)
    except (KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise StreamError(f"the truth of this stream is damaged: {error}") from error


def _truth(stream: LabelledStream) -> Truth:
    instances = stream.instances().with_columns(pl.col("instance_id").cast(pl.UInt64))
    scenarios = {one.id: one for one in map(_scenario, stream.scenarios())}
    counts = dict(instances.group_by("scenario").len().sort("scenario").iter_rows())
    malicious = pl.col("label") == "malicious"
    for missing in sorted(counts.keys() - scenarios.keys()):
        label, technique = instances.filter(pl.col("scenario") == missing).select("label", "technique").row(0)
        scenarios[missing] = Scenario(missing, missing, label, _several(technique), frozenset())
    attacks = instances.filter(malicious)
    transfers = stream.transfers() if isinstance(stream, WithTransfers) else None
    labels = stream.labels().select(pl.col("event_id").cast(pl.Int64), pl.col("instance_id").cast(pl.UInt64))
    manifest = stream.manifest
    return Truth(
        scenarios=scenarios,
        attacks=attacks.select("instance_id", "scenario", pl.col("start").cast(pl.Datetime("us", "UTC"))),
        variations=_variations(attacks),
        benign=instances.height - attacks.height,
        counts=counts,
        instances=instances.lazy().select("instance_id", "scenario", malicious.alias("malicious")),
        labels=labels.lazy(),
        transfers=None if transfers is None else _transfers(transfers),
        host_days=float(manifest.get("hosts") or 0) * float(manifest.get("days") or 0),
    )


def _variations(attacks: pl.DataFrame) -> pl.DataFrame:
    texts = attacks["variation"].drop_nulls().unique().to_list()
    rows = [
        (text, str(dimension), str(value)) for text in texts for dimension, value in (orjson.loads(text) or {}).items()
    ]
    parsed = pl.DataFrame(
        rows, schema={"variation": pl.String, "dimension": pl.String, "value": pl.String}, orient="row"
    )
    return attacks.select("instance_id", "variation").join(parsed, on="variation").drop("variation")


def _scenario(about: Mapping[str, Any]) -> Scenario:
    return Scenario(
        id=about["id"],
        title=about.get("title") or about["id"],
        label=about["label"],
        techniques=_several(about.get("technique")),
        caught_by=frozenset((about.get("expect") or {}).get("caught_by") or ()),
    )


def _several(technique: object) -> tuple[str, ...]:
    match technique:
        case None | "":
            return ()
        case str():
            return (technique.upper(),)
        case _:
            return tuple(str(one).upper() for one in technique)  # type: ignore[attr-defined]


def _transfers(transfers: pl.DataFrame) -> pl.DataFrame:
    duration = pl.col("duration").fill_null(0) if "duration" in transfers.columns else pl.lit(0)
    return transfers.select(
        pl.col("instance_id").cast(pl.UInt64),
        pl.col("time").cast(pl.Datetime("us", "UTC")),
        duration.cast(pl.Int64).alias("duration"),
        pl.col("bytes_out").cast(pl.Int64),
    )
