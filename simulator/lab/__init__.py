"""The lab: real tools in containers without a route out, an impersonated Internet, and a labelled recording of it all.

Decisions stand apart from input and output: impersonators are pure functions of a request and their own state, the
recorder takes plain observations, and only `engine`, `proxy` and `run` touch the world. mitmproxy and Docker's SDK
are imported where they are used (`pip install sparring[lab]`); everything else works without them.
"""
