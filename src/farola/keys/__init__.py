"""Keys: root, one epoch key per day and retention class, one data key per camera and hour."""

from farola.keys.epochs import STANDARD, epoch_name
from farola.keys.keystore import DataKey, Keystore

__all__ = ["STANDARD", "DataKey", "Keystore", "epoch_name"]
