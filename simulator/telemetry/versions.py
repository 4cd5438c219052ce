"""Version resources and hashes of programs, as Sysmon 1 shows them."""

from __future__ import annotations

import re

import polars as pl

from simulator.errors import UsageError
from simulator.telemetry import identity
from simulator.telemetry.rows import Rows, Value, choose
from simulator.world import World

_FIELDS = ("FileVersion", "Description", "Product", "Company", "OriginalFileName")


def version_resources(rows: Rows) -> dict[str, Value]:
    """FileVersion, Description, Product, Company, OriginalFileName and Hashes.

    A renamed program keeps all six, since they belong to (software, version). Where an action names no software, the
    five are missing (`-`, on Sysmon 10 `?`) and the hashes are those of the file's name.
    """
    frame = rows.frame.select("software", "version", "image")
    algorithms = _algorithms(rows.scene.setting("sysmon_hashes"))
    pairs = frame.select("software", "version").filter(pl.col("software").is_not_null()).unique(maintain_order=True)
    known = pl.DataFrame(
        [(s, v, *_resources(rows.scene.world, s, v, algorithms)) for s, v in pairs.iter_rows()],
        schema={"software": pl.String, "version": pl.String, **dict.fromkeys((*_FIELDS, "Hashes"), pl.String)},
        orient="row",
    )
    joined = frame.join(known, on=["software", "version"], how="left", maintain_order="left", nulls_equal=True)
    no_version = rows.host("no_version")
    columns: dict[str, Value] = {name: choose(joined[name].is_null(), no_version, joined[name]) for name in _FIELDS}
    columns["Hashes"] = _filled_by_name(joined["Hashes"], frame["image"], algorithms)
    return columns


def programs(rows: Rows, algorithms: tuple[str, ...]) -> pl.DataFrame:
    """Of each row's program FileVersion, Description, Product, Company, OriginalFileName, Signer (all null where it has
    none) and each of `algorithms` (upper-case hexadecimal): the same facts as `version_resources`, whole."""
    frame = rows.frame.select("software", "version", name=pl.col("image").str.extract(r"([^\\/]+)$").str.to_lowercase())
    frame = frame.with_columns(name=pl.when(pl.col("software").is_null()).then("name"))
    distinct = frame.unique(maintain_order=True)
    facts = []
    for key, version, name in distinct.iter_rows():
        *texts, hashes = _resources(rows.scene.world, key or "", version, algorithms)
        software = rows.scene.world.software.get(key) if key else None
        hashes = hashes if key else identity.hashes(name or "", algorithms)
        digests = [part.partition("=")[2] for part in (hashes or "").split(",")]
        facts.append((key, version, name, *texts, software.signer if software else None, *digests))
    known = pl.DataFrame(
        facts,
        schema=dict.fromkeys(("software", "version", "name", *_FIELDS, "Signer", *algorithms), pl.String),
        orient="row",
    )
    joined = frame.join(known, on=["software", "version", "name"], how="left", maintain_order="left", nulls_equal=True)
    return joined.drop("software", "version", "name")


def _algorithms(setting: str) -> tuple[str, ...]:
    names = tuple(name.strip().upper() for name in setting.split(","))
    for name in names:
        if name not in identity.HASH_DIGITS:
            raise UsageError(f"sysmon_hashes names {name!r}, expected some of {', '.join(identity.HASH_DIGITS)}")
    return names


def _resources(world: World, key: str, version: str | None, algorithms: tuple[str, ...]) -> tuple[str | None, ...]:
    hashes = identity.hashes(f"{key} {version}", algorithms)
    software = world.software.get(key)
    if software is None:
        return (None, None, None, None, None, hashes)
    release = software.versions.get(version) if version is not None else None
    carries_any = any((software.description, software.product, software.company, software.original_file_name))
    file_version = release.file_version if release else version if carries_any else None
    return (
        file_version,
        software.description,
        software.product,
        software.company,
        software.original_file_name,
        hashes,
    )


def _filled_by_name(hashes: pl.Series, images: pl.Series, algorithms: tuple[str, ...]) -> pl.Series:
    """Hashes where there are some, else those that belong to the file's name."""
    unknown = hashes.is_null().arg_true()
    if len(unknown) == 0:
        return hashes
    few = images[unknown].to_frame("image")
    distinct = few["image"].unique()
    names = (re.split(r"[\\/]", image)[-1].lower() for image in distinct)
    of_name = pl.DataFrame({"image": distinct, "hashes": [identity.hashes(name, algorithms) for name in names]})
    return hashes.scatter(unknown, few.join(of_name, on="image", how="left", maintain_order="left")["hashes"])
