"""A stream's events for other tools: JSON lines in evtx_dump's shape, and CSV."""

from simulator.dataset.exporting.export import export

__all__ = ["export"]
