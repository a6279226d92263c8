"""The image network as a branch: patches of the largest lesion in, probability and map out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.branch import BranchResult, FitContext, PatchOutput, SaliencyMap
from TACEResponseLib.case import Case
from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.clinical.record import ClinicalRecord
from TACEResponseLib.cnn.fitting import fit_network
from TACEResponseLib.cnn.inference import predict_patches, to_logit
from TACEResponseLib.cnn.saliency import AGAINST, METHOD_NAMES, Maps, saliency_maps
from TACEResponseLib.cnn.settings import ImageNetworkSettings
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.intensity import apply_intensity
from TACEResponseLib.imaging.orientation import (
    to_lps_axes,
    voxels_from_lps_axes,
    voxels_to_lps_axes,
)
from TACEResponseLib.imaging.patch_maps import paste_maps
from TACEResponseLib.imaging.patches import PatchPlan, cut_patches, plan_patches
from TACEResponseLib.imaging.volume import Mask, Volume

if TYPE_CHECKING:
    from torch import nn

# Cut round the lesion before anything is computed; patches reach no further than their margin,
# or half a patch of fixed pixels, which `_margin_mm` adds.
CROP_MARGIN_MM = 20.0
SPOKE_AGAINST = (
    "Nothing in the image speaks for the positive class to {name}; the attention map shows what "
    "speaks against it."
)
EMPTY = "The attention map of {name} is empty: nothing in the image moved the network."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedPatches:
    """What the network sees of one patient."""

    patches: NDArray[np.float32]
    """(n, channels, size_px, size_px)."""
    plans: tuple[PatchPlan, ...]
    """Slices count in the whole image on LPS axes."""


@dataclass(frozen=True, slots=True)
class ImageNetworkRecipe:
    """An image network that can be trained."""

    settings: ImageNetworkSettings

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def prepare(self, case: Case) -> PreparedPatches:
        """Cut the patches of the largest lesion."""
        return prepare_patches(case, self.settings)

    def from_features(self, clinical: ClinicalRecord, features: Mapping[str, float]) -> None:
        """Nothing: a network reads images."""

    def fit(
        self,
        prepared: Sequence[PreparedPatches],
        labels: NDArray[np.int64],
        seed: int,
        context: FitContext = FitContext(),  # noqa: ARG002, B008
    ) -> "ImageNetworkBranch":
        """Train on prepared patients; every patch carries its patient's label."""
        counts = [len(p.patches) for p in prepared]
        classes = np.asarray(self._class_of(labels), dtype=np.int64)
        network = fit_network(
            self.settings,
            np.concatenate([p.patches for p in prepared]),
            np.repeat(classes, counts),
            seed,
        )
        return ImageNetworkBranch(self.settings, network)

    def _class_of(self, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Output index of each label; two outputs only, more need four-class labels."""
        if len(self.settings.classes) != 2 or len(self.settings.positive) != 1:
            raise ValueError("labels of 0 and 1 train a network of two outputs")
        positive = self.settings.positive[0]
        return np.where(labels == 1, positive, 1 - positive)


@dataclass(frozen=True, slots=True)
class ImageNetworkBranch:
    """A trained image network."""

    settings: ImageNetworkSettings
    network: "nn.Module"
    device: str = "cpu"

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def logits(self, prepared: Sequence[PreparedPatches]) -> NDArray[np.float64]:
        """Logit of each patient's mean patch probability, (n,)."""
        return np.array([to_logit(float(self._positive(p).mean())) for p in prepared])

    def predict(self, case: Case) -> BranchResult:
        """Probability, patch outputs and saliency of one case."""
        start = perf_counter()
        prepared = prepare_patches(case, self.settings)
        cut = perf_counter()
        classes = predict_patches(self.network, prepared.patches, device=self.device)
        positive = classes[:, list(self.settings.positive)].sum(axis=1)
        answered = perf_counter()
        saliency, warnings = self._saliency(case, prepared)
        probability = float(positive.mean())
        return BranchResult(
            name=self.name,
            kind="image_network",
            probability=probability,
            logit=to_logit(probability),
            lesions=(case.largest_lesion.index,),
            class_probabilities=tuple(
                (str(name), float(p))
                for name, p in zip(self.settings.classes, classes.mean(axis=0), strict=True)
            ),
            patches=tuple(
                _patch_output(plan, row, float(p))
                for plan, row, p in zip(prepared.plans, classes, positive, strict=True)
            ),
            saliency={self.settings.sequence: saliency},
            warnings=warnings,
            seconds={
                "patches": cut - start,
                "network": answered - cut,
                "saliency": perf_counter() - answered,
            },
        )

    def _positive(self, prepared: PreparedPatches) -> NDArray[np.float64]:
        """Probability of the positive class of each patch."""
        classes = predict_patches(self.network, prepared.patches, device=self.device)
        return np.asarray(classes[:, list(self.settings.positive)].sum(axis=1))

    def _saliency(
        self, case: Case, prepared: PreparedPatches
    ) -> tuple[SaliencyMap, tuple[CaseWarning, ...]]:
        """Grad-CAM, laid back onto the input image's own grid."""
        image = case.images[self.settings.sequence]
        maps, method, warnings = self._maps(prepared)
        pasted = paste_maps(maps, prepared.plans, to_lps_axes(image).geometry)
        voxels = voxels_from_lps_axes(pasted.voxels, image.geometry)
        saliency = SaliencyMap(
            volume=Volume(
                voxels=np.ascontiguousarray(np.clip(voxels, 0.0, 1.0)),
                geometry=image.geometry,
                source=f"saliency of {image.source}",
            ),
            method=method,
            scored_slices=pasted.scored_slices,
            interpolated_slices=pasted.interpolated_slices,
        )
        return saliency, warnings

    def _maps(self, prepared: PreparedPatches) -> tuple[Maps, str, tuple[CaseWarning, ...]]:
        """What speaks for the positive class in each patch, or against it where nothing does."""
        settings = self.settings
        against = tuple(n for n in range(len(settings.classes)) if n not in settings.positive)
        method = METHOD_NAMES[settings.saliency]
        for outputs, name, code, message in (
            (settings.positive, method, "", ""),
            (against, method + AGAINST, "saliency_against", SPOKE_AGAINST),
        ):
            maps = saliency_maps(
                self.network,
                settings.target_layer,
                prepared.patches,
                outputs,
                device=self.device,
                method=settings.saliency,
            )
            if maps.any():
                told = CaseWarning(code=code, message=message.format(name=self.name))
                return maps, name, (told,) if code else ()
        empty = CaseWarning(code="saliency_empty", message=EMPTY.format(name=self.name))
        return maps, method, (empty,)


def prepare_patches(case: Case, settings: ImageNetworkSettings) -> PreparedPatches:
    """Patches of the largest lesion, from a crop round it."""
    image = case.images[settings.sequence]
    volume = to_lps_axes(image)
    mask = voxels_to_lps_axes(
        case.mask(settings.sequence, case.largest_lesion.index), image.geometry
    )
    plans = plan_patches(mask, volume.geometry, settings.patch)
    first, cropped, small = _crop(volume, mask, settings)
    scaled = apply_intensity(cropped, settings.intensity)
    moved = [PatchPlan(slice_index=p.slice_index - first, geometry=p.geometry) for p in plans]
    return PreparedPatches(patches=cut_patches(scaled, small, moved, settings.patch), plans=plans)


def _crop(volume: Volume, mask: Mask, settings: ImageNetworkSettings) -> tuple[int, Volume, Mask]:
    """The image round the lesion: its first slice, volume and mask.

    MR keeps its whole body, in which its intensities are standardized.
    """
    if settings.intensity.kind != "ct_window":
        return 0, volume, mask
    in_plane = CROP_MARGIN_MM + _margin_mm(volume.geometry, mask, settings)
    # Adjacent slices as channels reach beyond the lesion.
    along = settings.patch.channels * volume.geometry.spacing_mm[2]
    box = box_round(mask, volume.geometry, (along, in_plane, in_plane))
    return box[0].start, crop(volume, box), mask[box]


def _margin_mm(geometry: Geometry, mask: Mask, settings: ImageNetworkSettings) -> float:
    """How far a patch reaches beyond the lesion's box."""
    patch = settings.patch
    if patch.fixed_spacing_mm is not None:
        return patch.fixed_spacing_mm * patch.size_px / 2
    extent = max(
        np.ptp(np.flatnonzero(mask.any(axis=axes))) * spacing
        for axes, spacing in (((0, 1), geometry.spacing_mm[0]), ((0, 2), geometry.spacing_mm[1]))
    )
    return float(extent) * patch.margin_fraction


def _patch_output(plan: PatchPlan, classes: NDArray[np.float64], positive: float) -> PatchOutput:
    """One patch for the record."""
    middle = (np.array(plan.geometry.size_ijk) - 1) / 2
    return PatchOutput(
        slice_index=plan.slice_index,
        slice_z_mm=float(plan.geometry.to_lps(middle)[2]),
        class_probabilities=tuple(float(p) for p in classes),
        probability=positive,
    )
