"""Attention maps of a case: computed on patches, laid back onto each sequence's own grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import SaliencyMap
from TACEResponseLib.evidence.image_network.attention.saliency import (
    AGAINST,
    METHOD_NAMES,
    Maps,
    saliency_maps,
)
from TACEResponseLib.evidence.image_network.branch_network import for_patient, layer_path
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.imaging.common_grid import moved_map
from TACEResponseLib.imaging.orientation import to_lps_axes, voxels_from_lps_axes
from TACEResponseLib.imaging.patch_maps import paste_maps
from TACEResponseLib.imaging.patches import PatchPlan
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case

if TYPE_CHECKING:
    from torch import nn

SPOKE_AGAINST = (
    "Nothing in the image speaks for the positive class to {name}; the attention map shows what "
    "speaks against it."
)
EMPTY = "The attention map of {name} is empty: nothing in the image moved the network."
# A network that mixes its channels in the first layer has one map for all of them.
SHARED = ", one map shared by the channels of {sequences}"
ALONE = ", of this sequence's channels alone"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenPatches:
    """What the network saw of one patient."""

    patches: NDArray[np.float32]
    """(n, channels, H, W), cropped and normalized."""
    plans: tuple[PatchPlan, ...]
    """Of what it saw; slices count in the first image on LPS axes."""
    clinical: NDArray[np.float64]
    """z-scored, (m,); empty without a joint head."""


def attention(
    case: Case,
    network: "nn.Module",
    settings: ImageNetworkSettings,
    seen: SeenPatches,
    device: str,
) -> tuple[Mapping[ImageSequence, SaliencyMap], tuple[CaseWarning, ...]]:
    """One map a sequence, each on its image's own grid, and what must be said of them."""
    maps, method, warnings = _maps(network, settings, seen, device)
    first = to_lps_axes(case.images[settings.sequence]).geometry
    placed: dict[ImageSequence, SaliencyMap] = {}
    for sequence in settings.sequences:
        image = case.images[sequence]
        grid = to_lps_axes(image).geometry
        pasted = moved_map(paste_maps(maps[sequence], seen.plans, first), first, grid)
        voxels = voxels_from_lps_axes(pasted.voxels, image.geometry)
        placed[sequence] = SaliencyMap(
            volume=Volume(
                voxels=np.ascontiguousarray(np.clip(voxels, 0.0, 1.0)),
                geometry=image.geometry,
                source="saliency",
            ),
            method=method,
            scored_slices=pasted.scored_slices,
            interpolated_slices=pasted.interpolated_slices,
        )
    return placed, warnings


def _maps(
    network: "nn.Module", settings: ImageNetworkSettings, seen: SeenPatches, device: str
) -> tuple[Mapping[ImageSequence, Maps], str, tuple[CaseWarning, ...]]:
    """What speaks for the positive class in each patch, or against it where nothing does."""
    against = tuple(n for n in range(len(settings.classes)) if n not in settings.positive)
    method = METHOD_NAMES[settings.saliency]
    maps: dict[ImageSequence, Maps] = {}
    for outputs, name, code, message in (
        (settings.positive, method, "", ""),
        (against, method + AGAINST, "saliency_against", SPOKE_AGAINST),
    ):
        maps = _by_sequence(network, settings, seen, outputs, device)
        if any(m.any() for m in maps.values()):
            warning = CaseWarning(code=code, message=message.format(name=settings.name))
            return maps, name + _sharing(settings), (warning,) if code else ()
    empty = CaseWarning(code="saliency_empty", message=EMPTY.format(name=settings.name))
    return maps, method + _sharing(settings), (empty,)


def _by_sequence(
    network: "nn.Module",
    settings: ImageNetworkSettings,
    seen: SeenPatches,
    outputs: Sequence[int],
    device: str,
) -> dict[ImageSequence, Maps]:
    """The map of each sequence; occlusion covers its channels alone, Grad-CAM knows one map."""
    order = settings.channel_sequences
    whole = tuple(range(len(order)))
    parts = {s: tuple(n for n in whole if order[n] is s) for s in settings.sequences}
    if settings.saliency != "occlusion":
        parts = dict.fromkeys(settings.sequences, whole)
    by_channels: dict[tuple[int, ...], Maps] = {}
    for channels in dict.fromkeys(parts.values()):
        by_channels[channels] = saliency_maps(
            for_patient(network, seen.clinical, device),
            layer_path(network, settings.target_layer),
            seen.patches,
            outputs,
            device=device,
            method=settings.saliency,
            output=settings.output,
            channels=channels,
        )
    return {sequence: by_channels[channels] for sequence, channels in parts.items()}


def _sharing(settings: ImageNetworkSettings) -> str:
    """Whether the maps of several sequences are one and the same."""
    if len(settings.sequences) == 1:
        return ""
    if settings.saliency == "occlusion":
        return ALONE
    return SHARED.format(sequences=", ".join(s.value for s in settings.sequences))
