"""The `farola` command."""

from farola.cli.main import app, main

__all__ = ["app", "main"]
