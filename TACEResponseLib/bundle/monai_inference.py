"""`configs/inference.json`: network definitions where MONAI's ConfigParser looks for them.

We never hand this file to the parser, which runs what a config says: scoring builds networks from
the metadata, behind an allow-list. The file must only agree with it.
"""

import json
from collections.abc import Mapping
from typing import Any

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.bundle.layout import INFERENCE
from TACEResponseLib.evidence.kinds import definition_of_today
from TACEResponseLib.evidence.monai_network import MonaiNetwork

Networks = Mapping[str, MonaiNetwork]
"""By the names of their branches, in order; at least one."""


def inference_config(networks: Networks) -> dict[str, Any]:
    """The first network as `network_def`, any others by name."""
    names = ["network_def", *(f"network_def_{name}" for name in list(networks)[1:])]
    definitions = [network.definition for network in networks.values()]
    return {"bundle_root": ".", **dict(zip(names, definitions, strict=True))}


def inference_json(networks: Networks) -> str:
    """Text of the file, same bytes each time."""
    return json.dumps(inference_config(networks), indent=2, allow_nan=False) + "\n"


def check_inference(text: str, networks: Networks, where: str) -> None:
    """Refuse a file that says anything but the metadata's network definitions.

    Raises: InputError.
    """
    config = parse_json(text, part_of(where, INFERENCE))
    if not isinstance(config, dict):
        raise InputError(
            where, f"{INFERENCE} must be a JSON object", got="another content", remedy=COPY_AGAIN
        )
    if _of_today(config) != inference_config(networks):
        raise InputError(
            where,
            f"{INFERENCE} must hold the network definitions of the metadata and nothing else",
            got=f"keys {', '.join(sorted(config))[:80]}",
            remedy=COPY_AGAIN,
        )


def _of_today(config: object) -> object:
    """The same with the names of today in place of those that files held before."""
    if not isinstance(config, dict):
        return config
    return definition_of_today({key: _of_today(value) for key, value in config.items()})
