"""Elastic's Event Query Language: words -> grammar -> AST -> plan."""
