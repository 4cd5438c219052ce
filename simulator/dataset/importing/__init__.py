"""Real logs as a source of events: files, folders, what they hold recognised by content.

logs.py       files and folders -> parts
recognise.py  what a file is, by its first bytes
blocks.py     a text log -> blocks of whole lines
fast.py       lines of one kind -> columns, by DuckDB's JSON reader; what it is not sure of goes to
careful.py    one decoded record -> columns, by shape (shapes.py, windows.py)
evtx.py       EVTX files
"""

from simulator.dataset.importing.logs import Logs, open_logs, open_source

__all__ = ["Logs", "open_logs", "open_source"]
