"""Keys: root, an epoch key per hour and retention class, one per hold, data keys."""

from farola.keys.epochs import STANDARD, Epoch, epoch_name, parse_epoch
from farola.keys.keystore import DataKey, Keystore

__all__ = ["STANDARD", "DataKey", "Epoch", "Keystore", "epoch_name", "parse_epoch"]
