"""`configs/inference.json`: network definitions where MONAI's ConfigParser looks for them.

We never hand this file to the parser, which runs what a config says: scoring builds networks from
the metadata, behind an allow-list. The file must only agree with it.
"""

import json
from collections.abc import Sequence
from typing import Any

from TACEResponseLib.bundle.integrity import COPY_AGAIN
from TACEResponseLib.bundle.layout import INFERENCE
from TACEResponseLib.cnn.branch_network import whole_network_def
from TACEResponseLib.cnn.settings import ImageNetworkSettings
from TACEResponseLib.errors import InputError
from TACEResponseLib.json_reading import parse_json


def inference_config(networks: Sequence[ImageNetworkSettings]) -> dict[str, Any]:
    """The first network as `network_def`, any others by name."""
    others = {f"network_def_{s.name}": whole_network_def(s) for s in networks[1:]}
    return {"bundle_root": ".", "network_def": whole_network_def(networks[0]), **others}


def inference_json(networks: Sequence[ImageNetworkSettings]) -> str:
    """Text of the file, same bytes each time."""
    return json.dumps(inference_config(networks), indent=2, allow_nan=False) + "\n"


def check_inference(text: str, networks: Sequence[ImageNetworkSettings], where: str) -> None:
    """Refuse a file that says anything but the metadata's network definitions.

    Raises: InputError.
    """
    config = parse_json(text, f"{where}, {INFERENCE}")
    if not isinstance(config, dict):
        raise InputError(where, f"{INFERENCE} must be a JSON object", got="another content",
                         remedy=COPY_AGAIN)  # fmt: skip
    if config != inference_config(networks):
        raise InputError(where, f"{INFERENCE} must hold the network definitions of the metadata "
                         "and nothing else", got=f"keys {', '.join(sorted(config))[:80]}",
                         remedy=COPY_AGAIN)  # fmt: skip
