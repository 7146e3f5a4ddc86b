"""Farola: a city camera platform that lights the street and does not learn your name."""

__version__ = "0.1.0"
