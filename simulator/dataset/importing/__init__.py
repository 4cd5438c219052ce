"""Real logs as a source of events: files, folders, what they hold recognised by content.

logs.py        files and folders -> parts
documents.py   whole JSON documents; evtx_files.py: EVTX; text_files.py: lines, gzip
block.py       a block of lines -> batches, by the two ways of reading:
alike.py       lines that are alike all at once: skeleton.py has where their values are, views.py makes columns of them
careful.py     one decoded record after the other, by shape (shapes.py, windows.py)
fields.py      what both ways must agree on
"""

from simulator.dataset.importing.logs import Logs, open_logs, open_source

__all__ = ["Logs", "open_logs", "open_source"]
