"""`python -m simulator` is `sparring`."""

from simulator.cli.main import main

main()
