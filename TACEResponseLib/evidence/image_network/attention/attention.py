"""Attention maps of a case: computed on patches, laid back onto each sequence's own grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import SaliencyMap, SaliencyShares
from TACEResponseLib.evidence.image_network.attention.saliency import (
    AGAINST,
    METHOD_NAMES,
    Maps,
    raw_maps,
    scaled,
)
from TACEResponseLib.evidence.image_network.attention.shares import RIM_MM, shares_of
from TACEResponseLib.evidence.image_network.branch_network import for_patient, layer_path
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.imaging.common_grid import moved_map
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import (
    to_lps_axes,
    voxels_from_lps_axes,
    voxels_to_lps_axes,
)
from TACEResponseLib.imaging.patch_maps import PastedMap, paste_maps
from TACEResponseLib.imaging.patches import PatchPlan
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case

if TYPE_CHECKING:
    from torch import nn

SPOKE_AGAINST = (
    "Nothing in the image speaks for the positive class to {name}; the attention map shows what "
    "speaks against it."
)
ELSEWHERE = (
    "Most of the attention map of {name} ({share:.0f} %) lies outside the ROI and farther than "
    "{rim:.0f} mm from it."
)
MOST = 0.5
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explained:
    """What moved a network in one patient's patches."""

    maps: Mapping[ImageSequence, Maps]
    """(n, H, W) a sequence, >= 0, as the method gives them."""
    is_against: bool
    """Nothing spoke for the positive class; the maps show what speaks against it."""

    @property
    def peak(self) -> float:
        """The largest value of all; 0 where nothing moved the network."""
        return max(float(maps.max(initial=0.0)) for maps in self.maps.values())


def attention(
    case: Case,
    network: "nn.Module",
    settings: ImageNetworkSettings,
    seen: SeenPatches,
    device: str,
    reference: float | None = None,
) -> tuple[Mapping[ImageSequence, SaliencyMap], tuple[CaseWarning, ...]]:
    """One map a sequence, each on its image's own grid, and what must be said of them.

    Args:
        case: whose patches were seen.
        network: on `device`.
        settings: of its branch.
        seen: what the network saw.
        device: where it is.
        reference: raw value that strong maps of the training patients reach, if it is known.
    """
    explanation = explained(network, settings, seen, device)
    method = METHOD_NAMES[settings.saliency] + (AGAINST if explanation.is_against else "")
    first = to_lps_axes(case.images[settings.sequence]).geometry
    placed: dict[ImageSequence, SaliencyMap] = {}
    for sequence in settings.sequences:
        image, raw = case.images[sequence], explanation.maps[sequence]
        grid = to_lps_axes(image).geometry
        pasted = moved_map(paste_maps(scaled(raw), seen.plans, first), first, grid)
        voxels = voxels_from_lps_axes(pasted.voxels, image.geometry)
        placed[sequence] = SaliencyMap(
            volume=Volume(
                voxels=np.ascontiguousarray(np.clip(voxels, 0.0, 1.0)),
                geometry=image.geometry,
                source="saliency",
            ),
            method=method + _sharing(settings),
            scored_slices=pasted.scored_slices,
            interpolated_slices=pasted.interpolated_slices,
            strength=float(raw.max(initial=0.0)) / reference if reference else None,
            shares=_shares(case, sequence, pasted, seen, first),
        )
    return placed, _remarks(explanation, settings, placed)


def explained(
    network: "nn.Module", settings: ImageNetworkSettings, seen: SeenPatches, device: str
) -> Explained:
    """What speaks for the positive class in each patch, or against it where nothing does."""
    maps = maps_of_outputs(network, settings, seen, settings.positive, device)
    if any(m.any() for m in maps.values()):
        return Explained(maps=maps, is_against=False)
    others = maps_of_outputs(network, settings, seen, settings.negative, device)
    return Explained(maps=others, is_against=any(m.any() for m in others.values()))


def _shares(
    case: Case,
    sequence: ImageSequence,
    pasted: PastedMap,
    seen: SeenPatches,
    first: Geometry,
) -> SaliencyShares | None:
    """Where a map lies, if there is an ROI to tell by."""
    if sequence not in case.lesion_labels:
        return None
    image = case.images[sequence]
    mask = voxels_to_lps_axes(case.lesion_labels[sequence], image.geometry) > 0
    grid = to_lps_axes(image).geometry
    whole = np.ones((len(seen.plans), *seen.patches.shape[2:]), dtype=np.float32)
    footprint = moved_map(paste_maps(whole, seen.plans, first), first, grid)
    return shares_of(pasted.voxels, footprint.voxels, mask, pasted.scored_slices, grid)


def _remarks(
    explanation: Explained,
    settings: ImageNetworkSettings,
    placed: Mapping[ImageSequence, SaliencyMap],
) -> tuple[CaseWarning, ...]:
    """What must be said of the maps."""
    name, remarks = settings.name, []
    if not explanation.peak:
        remarks.append(CaseWarning(code="saliency_empty", message=EMPTY.format(name=name)))
    if explanation.is_against:
        remarks.append(
            CaseWarning(code="saliency_against", message=SPOKE_AGAINST.format(name=name))
        )
    shares = [one.shares.elsewhere for one in placed.values() if one.shares]
    if shares and max(shares) > MOST:
        message = ELSEWHERE.format(name=name, share=100 * max(shares), rim=RIM_MM)
        remarks.append(CaseWarning(code="saliency_elsewhere", message=message))
    return tuple(remarks)


def maps_of_outputs(
    network: "nn.Module",
    settings: ImageNetworkSettings,
    seen: SeenPatches,
    outputs: Sequence[int],
    device: str,
) -> dict[ImageSequence, Maps]:
    """What speaks for the classes of some outputs, raw, (n, H, W) a sequence.

    Occlusion covers a sequence's channels alone; Grad-CAM knows one map for all.
    """
    order = settings.channel_sequences
    whole = tuple(range(len(order)))
    parts = {s: tuple(n for n in whole if order[n] is s) for s in settings.sequences}
    if settings.saliency != "occlusion":
        parts = dict.fromkeys(settings.sequences, whole)
    by_channels: dict[tuple[int, ...], Maps] = {}
    for channels in dict.fromkeys(parts.values()):
        by_channels[channels] = raw_maps(
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
