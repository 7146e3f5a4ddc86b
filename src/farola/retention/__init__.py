"""Retention: when which hour's key is destroyed, and why. Pure; `app` does what is planned here."""

from farola.retention.elapsed import Elapsed
from farola.retention.plan import Destruction, Why, due, plan
from farola.retention.seen import Seen, observe

__all__ = ["Destruction", "Elapsed", "Seen", "Why", "due", "observe", "plan"]
