"""What a reverse look-up of an address gives: Sysmon's DestinationHostname.

A sensor that only sees an address asks for its PTR record, which is the name of the machine or of the network that
serves, seldom the name that the program asked for. The forms below are those of the operators' own PTR records.
"""

from __future__ import annotations

import ipaddress
import re

import polars as pl

from simulator.draw import key
from simulator.telemetry.rows import Rows, choose

_OPERATORS: tuple[tuple[re.Pattern[str], str | None], ...] = tuple(
    (re.compile(rf"(^|\.)({domains})$"), form)
    for domains, form in (
        (r"(google|googleapis|googleusercontent|gstatic|youtube|gvt1)\.com", "fra{n}s50-in-f14.1e100.net"),
        (r"s3[.-][^/]*amazonaws\.com", "s3-r-w.eu-central-1.amazonaws.com"),
        (r"amazonaws\.com", "ec2-{dashes}.eu-central-1.compute.amazonaws.com"),
        (r"(github|githubusercontent)\.com", "lb-{dashes}-fra.github.com"),
        (r"telegram\.org|mega\.co\.nz|mega\.nz|mega\.io", None),
    )
)
"""Which PTR name the addresses behind the domains of an operator have (None: no PTR record, an assumption for those
that run networks of their own): `{dashes}` is the address, `{backwards}` its parts from the last, `{n}` a number."""

_SHARED_NETWORKS = (
    "a{dashes}.deploy.static.akamaitechnologies.com",
    "server-{dashes}.fra60.r.cloudfront.net",
    "ec2-{dashes}.eu-west-1.compute.amazonaws.com",
    "ae{n}-0.icr01.ams30.ntwk.msn.net",
)
"""PTR names of addresses whose forward name says nothing of the operator: content networks that many share."""

_HOSTERS = ("static.{backwards}.clients.your-server.de", "vps{n}.ip-{dashes}.eu", None)
"""PTR names of addresses that were asked for without a name: rented servers."""


def shown(rows: Rows, missing: pl.Series) -> pl.Series:
    """DestinationHostname of each connection.

    `missing` in the share `destination_hostname_missing` and for addresses without a PTR record; else the reverse
    name, or, in the share `destination_hostname_forward_share` of these, the name that the program asked for. The
    world's own hosts have their full names either way.
    """
    visible = (~pl.Series(rows.share("destination_hostname_missing"))).arg_true()
    few = Rows(rows.scene, rows.frame[visible])
    forward = pl.Series(few.share("destination_hostname_forward_share"))
    pairs = few.frame.select("address", "name")
    distinct = pairs.unique(maintain_order=True)
    names = [reverse_name(address, name) for address, name in distinct.iter_rows()]
    reverse = (
        pairs.join(
            distinct.with_columns(pl.Series("reverse", names, dtype=pl.String)),
            on=["address", "name"],
            how="left",
            maintain_order="left",
            nulls_equal=True,
        )
        .join(rows.scene.host_of_address, on="address", how="left", maintain_order="left")
        .with_columns(visible.alias("row"), forward.alias("forward"))
        .select(
            "row",
            shown=pl.coalesce("own", pl.when("forward").then(pl.coalesce("name", "reverse")).otherwise("reverse")),
        )
    )
    everywhere = pl.select(row=pl.int_range(len(missing), dtype=pl.UInt32)).join(
        reverse, on="row", how="left", maintain_order="left"
    )["shown"]
    return choose(everywhere.is_null(), missing, everywhere)


def reverse_name(address: str, name: str | None) -> str | None:
    """The PTR name of an address behind which `name` is served; None for private addresses and what is no address."""
    try:
        if not ipaddress.ip_address(address).is_global:
            return None
    except ValueError:
        return None
    number = int(key("reverse name", address))
    if name is None:
        form = _HOSTERS[number % len(_HOSTERS)]
    else:
        known = (form for domains, form in _OPERATORS if domains.search(name.lower()))
        form = next(known, _SHARED_NETWORKS[number % len(_SHARED_NETWORKS)])
    parts = re.split(r"[.:]+", address)
    return form and form.format(dashes="-".join(parts), backwards=".".join(reversed(parts)), n=16 + number // 7 % 20)
