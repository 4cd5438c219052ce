"""The command line: a thin skin over the three verbs. One module per command; `main` gathers them."""
