"""Cases: what an analyst opens.

A case opens with the first alert of a rule on a host and user and takes every further alert of that rule, host and user
up to and including one hour after that first alert. The next alert then opens the next case. So a case never lasts
longer than an hour, however steadily a rule fires. Hosts and users are compared without regard to case; no host (or no
user) is a host (or user) of its own. An alert without a time is a case of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

HOUR = 3_600_000_000
"""A case's length in microseconds."""


def with_cases(alerts: pl.DataFrame) -> pl.DataFrame:
    """`alerts` (rule, host, user, time …) ordered by those four, with a column `case` numbered from 0."""
    alerts = (
        alerts.with_columns(
            pl.col("host").str.to_lowercase().alias("_host"), pl.col("user").str.to_lowercase().alias("_user")
        )
        .sort("rule", "_host", "_user", "time", maintain_order=True)
        .with_columns(pl.struct("rule", "_host", "_user").rle_id().alias("_group"))
    )
    gap = (
        alerts.select(
            pl.when(pl.col("_group") == pl.col("_group").shift())
            .then(pl.col("time").diff().dt.total_microseconds())
            .fill_null(HOUR + 1)
            .clip(upper_bound=HOUR + 1)
            .alias("gap")
        )["gap"]
        .to_numpy()
        .astype(np.int64)
    )
    return alerts.drop("_host", "_user", "_group").with_columns(pl.Series("case", number(gap), dtype=pl.UInt32))


def number(gap: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The case of each alert, from the gap to the alert before it.

    Gaps are in microseconds, and anything above an hour (another rule, host or user too) may stand as an hour and one
    microsecond: it opens a case whatever it is. Then one running clock serves all groups, and the cases of all of them
    are opened side by side: as many rounds as the longest unbroken run of alerts has hours.
    """
    opens = gap > HOUR
    if not len(gap):
        return gap
    clock = np.cumsum(gap)
    following = np.searchsorted(clock, clock + HOUR, side="right")
    at = np.flatnonzero(opens)
    while len(at):
        at = following[at]
        at = at[at < len(gap)]
        at = at[~opens[at]]
        opens[at] = True
    return np.cumsum(opens) - 1
