"""Columns that an organisation adds to a vendor's table: what they hold, and the tables with them.

Some pipelines put more into a table than its vendor documents, e.g. the bytes of a connection. A profile says so under
`tables`: for each table the columns and which known quantity each holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.tables import TABLES, Column, Table, Type

Added = Mapping[str, Mapping[str, str]]
"""For each table its added columns, each with the name of the quantity it holds."""

QUANTITIES: dict[str, Type] = {
    "bytes_out": Type.INTEGER,  # payload that the acting process sent
    "bytes_in": Type.INTEGER,  # ... and received
    "bytes": Type.INTEGER,  # the size of what was written
    "seconds": Type.REAL,  # how long it took
    "address": Type.TEXT,  # of the other end
    "name": Type.TEXT,  # that was asked for: of a host, in a look-up
    "port": Type.INTEGER,
    "protocol": Type.TEXT,
    "path": Type.TEXT,  # of a file; of a request
    "user_agent": Type.TEXT,
    "user": Type.TEXT,  # account name without domain
    "user_domain": Type.TEXT,
    "user_sid": Type.TEXT,
    "user_mail": Type.TEXT,
    "host": Type.TEXT,  # full name
    "host_ip": Type.TEXT,
    "process_id": Type.INTEGER,
    "image": Type.TEXT,
    "process_name": Type.TEXT,
    "command_line": Type.TEXT,
    "software": Type.TEXT,
}
"""What an added column can hold, and of which kind it then is. Not every kind of action has each."""


def extended(added: Added) -> dict[str, Table]:
    """The tables of `added` with the columns that are added to them; a column that the vendor has already stays."""
    return {
        name: replace(
            TABLES[name],
            columns=(
                *TABLES[name].columns,
                *(
                    Column(column, QUANTITIES[quantity])
                    for column, quantity in columns.items()
                    if column not in TABLES[name].names
                ),
            ),
        )
        for name, columns in added.items()
    }
