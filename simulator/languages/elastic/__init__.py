"""Rule files of Elastic detection-rules (TOML), whose queries other languages compile."""

from simulator.languages.elastic.capability import CAPABILITIES
from simulator.languages.elastic.document import sniff
from simulator.languages.elastic.load import Asked, Compile, load

__all__ = ["CAPABILITIES", "Asked", "Compile", "load", "sniff"]
