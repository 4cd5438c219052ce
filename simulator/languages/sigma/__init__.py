"""Sigma, specification 2.1: rules, correlations and filters.

pySigma reads values, modifiers and the grammar of conditions; what they mean is said here. `document` knows the YAML
and its places, `header` the descriptive part, `detection` and `values` make predicates, `logsource` and `fields` say in
which tables they are asked, `correlations` and `filters` build on rules, and `load` puts all files of a call together.
`capability` lists what is supported and how.
"""

from simulator.languages.sigma.load import load, sniff

__all__ = ["load", "sniff"]
