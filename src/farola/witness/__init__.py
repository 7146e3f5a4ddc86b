"""A witness of ledgers: sees that a log only ever grows, remembers it, and says so with its key.

An independent program for whoever does not run the town's cameras: an ombudsman, a university, a
newspaper. It shares the formats with the server and nothing that the server stores.
"""

from farola.witness.server import serve
from farola.witness.store import WitnessStore
from farola.witness.witness import Answer, Witness

__all__ = ["Answer", "Witness", "WitnessStore", "serve"]
