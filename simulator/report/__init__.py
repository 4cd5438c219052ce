"""What people see of a scorecard: on a terminal, as JSON, as one HTML page."""

from simulator.report.html import write_html
from simulator.report.json_ import schema, write_json
from simulator.report.terminal import print_scorecard

__all__ = ["print_scorecard", "schema", "write_html", "write_json"]
