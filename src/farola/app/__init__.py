"""Wiring: builds the parts, owns the root task group and the order of shutdown.

Import its modules by name: a recorder process must not load the web framework.
"""
