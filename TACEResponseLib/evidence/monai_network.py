"""What MONAI's tools must know of a network: its definition, its input and its output.

Source: MONAI Bundle Specification, "metadata.json File".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from TACEResponseLib.basics.settings import Settings


class TensorFormat(Settings):
    """What one input or output tensor of a network holds."""

    type: Literal["image", "tuples", "probabilities"]
    format: Literal["magnitude", "raw", "classes"]
    modality: str
    num_channels: int = Field(ge=1)
    spatial_shape: tuple[int, ...]
    dtype: Literal["float32", "float64"]
    value_range: tuple[float, ...]
    is_patch_data: bool
    channel_def: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonaiNetwork:
    """A network as a bundle shows it to MONAI."""

    definition: Mapping[str, Any]
    """As MONAI's ConfigParser reads it."""
    takes: TensorFormat
    gives: TensorFormat
