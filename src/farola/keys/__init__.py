"""Keys: root, an epoch key per hour and retention class, one per hold, data keys."""

from farola.keys.backup import (
    backup_files,
    check_passphrase,
    pack_backup,
    read_backup,
    unpack_backup,
    write_backup,
)
from farola.keys.epochs import Epoch, epoch_name, parse_epoch
from farola.keys.files import create_file, replace_file
from farola.keys.inspection import Inspection, Standing, inspect_keys
from farola.keys.keystore import DataKey, Keystore
from farola.keys.paper import paper_line, read_paper
from farola.keys.restoring import put_back
from farola.keys.root import Root, root_line
from farola.keys.rotation import finish as finish_rotation
from farola.keys.rotation import interrupted as rotation_interrupted
from farola.keys.rotation import rotate as rotate_root
from farola.keys.sealing import seal, unseal

__all__ = [
    "DataKey",
    "Epoch",
    "Inspection",
    "Keystore",
    "Root",
    "Standing",
    "backup_files",
    "check_passphrase",
    "create_file",
    "epoch_name",
    "finish_rotation",
    "inspect_keys",
    "pack_backup",
    "paper_line",
    "parse_epoch",
    "put_back",
    "read_backup",
    "read_paper",
    "replace_file",
    "root_line",
    "rotate_root",
    "rotation_interrupted",
    "seal",
    "unpack_backup",
    "unseal",
    "write_backup",
]
