"""The media tests' clips and the programs that judge ours are used here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "media"))
