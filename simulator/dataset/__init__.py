"""Streams on disk, the truth beside them, importers of real logs, exporters."""

from simulator.dataset.declared import declarations, declared_tables
from simulator.dataset.exporting import export
from simulator.dataset.importing import open_logs, open_source
from simulator.dataset.stream import Stream, open_stream
from simulator.dataset.writing import StreamWriter, write_part

__all__ = [
    "Stream",
    "StreamWriter",
    "declarations",
    "declared_tables",
    "export",
    "open_logs",
    "open_source",
    "open_stream",
    "write_part",
]
