"""Elastic ES|QL."""
