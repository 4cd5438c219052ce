"""Web proxy log, in the words of Sigma's taxonomy for `category: proxy`.

Where the proxy does not look into TLS, the https exchanges of one connection leave one CONNECT line: host, port and
the bytes of all of them, no path. The byte columns follow the world's `proxy_bytes_convention`: `sigma` (cs-bytes are
bytes from the server, sc-bytes bytes from the client, as the specification says) or `w3c` (the other way round).
"""

from __future__ import annotations

import polars as pl

from simulator.errors import UsageError
from simulator.telemetry.rows import Rows, Value

_GO_CLIENTS = r"^(rclone|restic|minio|MinIO|AzCopy|git-lfs|ngrok|cloudflared|Go-http-client)"
KEEP_ALIVE = 60_000_000
"""Microseconds without a request after which a connection is closed (assumption; servers allow 5 s to some minutes)."""

_SILENT_CLIENTS = r"^(python-requests|python-urllib3|Python-urllib)"


def http(rows: Rows) -> pl.DataFrame:
    """proxy.http of `request`, from hosts that leave through the proxy."""
    rows = rows.on("proxied")
    hidden = (pl.col("scheme") == "https") & ~pl.lit(rows.host("tls_inspected"))
    rows = Rows(
        rows.scene, _one_line_per_tunnel(rows.frame.with_columns(hidden.fill_null(value=False).alias("hidden")))
    )
    frame, hidden = rows.frame, pl.col("hidden")
    name = pl.coalesce("name", "address")
    usual = ((pl.col("scheme") == "https") & (pl.col("port") == 443)) | (
        (pl.col("scheme") == "http") & (pl.col("port") == 80)
    )
    port = pl.col("port").cast(pl.String)
    stem = pl.col("path").str.extract(r"^([^?#]*)").replace("", "/")
    query = pl.col("path").str.extract(r"\?([^#]*)")
    extension = stem.str.extract(r"\.([A-Za-z0-9]{1,8})$")
    where = pl.when(usual).then(name).otherwise(name + ":" + port)
    agent = pl.col("user_agent")
    up, down = _byte_columns(rows)

    def plain(value: pl.Expr, tunnel: pl.Expr | None = None) -> pl.Expr:
        return pl.when(hidden).then(pl.lit("-") if tunnel is None else tunnel).otherwise(value).fill_null("-")

    made = frame.select(
        plain(pl.concat_str("scheme", pl.lit("://"), where, "path"), name + ":" + port).alias("c-uri"),
        plain(extension).alias("c-uri-extension"),
        plain(query).alias("c-uri-query"),
        plain(stem).alias("c-uri-stem"),
        plain(agent, tunnel_agent(agent)).alias("c-useragent"),
        pl.lit("-").alias("cs-cookie"),
        name.alias("cs-host"),
        plain(pl.col("method"), pl.lit("CONNECT")).alias("cs-method"),
        name.alias("r-dns"),
        plain(pl.col("referrer")).alias("cs-referrer"),
        pl.lit("HTTP/1.1").alias("cs-version"),
        pl.when(hidden & (pl.col("status") > 0)).then(200).otherwise(pl.col("status")).alias("sc-status"),
        pl.col("address").alias("dst_ip"),
    )
    columns: dict[str, Value] = {series.name: series for series in made}
    columns |= {up: frame["bytes_out"], down: frame["bytes_in"], "src_ip": rows.host("ip")}
    return rows.table("proxy.http", frame["time"].to_numpy(), rows.user("name"), columns)


def tunnel_agent(agent: pl.Expr) -> pl.Expr:
    """What a client with this user agent says when it asks a proxy for a tunnel; null for those that say nothing."""
    return (
        pl.when(agent.str.contains(_GO_CLIENTS)).then(pl.lit("Go-http-client/1.1"))
        .when(agent.str.contains(_SILENT_CLIENTS)).then(pl.lit(None, dtype=pl.String))
        .otherwise(agent)
    )  # fmt: skip


def _one_line_per_tunnel(frame: pl.DataFrame) -> pl.DataFrame:
    """The exchanges, those inside one tunnel as one row: the first of them, with the bytes of all.

    What one process says to one server goes through one tunnel as long as there is no longer pause than keep-alive
    allows. Instances are kept apart: what others do changes none of their events.
    """
    where = ("instance_id", "process", "name", "address", "port")
    hidden = frame.filter("hidden").sort(*where, "time", "action_id", nulls_last=True)
    if hidden.is_empty():
        return frame
    other = pl.any_horizontal(pl.col(c).ne_missing(pl.col(c).shift()) for c in where)
    opens = other | ((pl.col("time") - pl.col("time").shift()) > KEEP_ALIVE)
    tunnels = (
        hidden.with_columns(opens.fill_null(value=True).cum_sum().alias("tunnel"))
        .group_by("tunnel", maintain_order=True)
        .agg(pl.exclude("bytes_out", "bytes_in").first(), pl.col("bytes_out", "bytes_in").sum())
    )
    return pl.concat([frame.filter(~pl.col("hidden")), tunnels.select(frame.columns)]).sort("time", "action_id")


def _byte_columns(rows: Rows) -> tuple[str, str]:
    """The columns for bytes from the client and from the server."""
    match rows.scene.setting("proxy_bytes_convention"):
        case "sigma":
            return "sc-bytes", "cs-bytes"
        case "w3c":
            return "cs-bytes", "sc-bytes"
        case other:
            raise UsageError(f"proxy_bytes_convention is {other!r}, expected 'sigma' or 'w3c'")
