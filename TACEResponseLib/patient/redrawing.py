"""A case with its tumor drawn otherwise, at the cost of the lesion alone.

What doesn't depend on the contour is done once: lesions are found, distances taken, and images cut
to what a model looks at. Nothing is checked anew: the images are those of the case.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.box import Box
from TACEResponseLib.imaging.cropping import crop
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.contour_plans import ContourPlan, contour_seed
from TACEResponseLib.imaging.roi.contours import Contour, Outlines
from TACEResponseLib.imaging.roi.lesion_matching import matched_indices
from TACEResponseLib.imaging.roi.lesions import find_lesions, remeasured
from TACEResponseLib.imaging.roi.roi import Lesion, Roi
from TACEResponseLib.imaging.volume import Volume, Voxels
from TACEResponseLib.patient.case import Case, missing_roi

Reach = Callable[[float], float | None]
"""How far round the lesions images are looked at, mm, by the largest side of the lesions' box;
None: all of an image counts."""
Pieces = tuple[tuple[Lesion, ...], Voxels]
"""Of a drawing, and the number of the piece in each of its voxels."""
# A cubic spline's values depend on voxels this far away, in single precision.
SPLINE_VOXELS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """One drawing of the tumor; sequences may have drawings of their own."""

    roi: Roi
    outlines: Outlines
    lesion_of: Voxels
    """`Lesion.index` by the number of a piece of this drawing; 0 where it is none of the case's."""

    def redrawn(self, contour: Contour) -> Roi:
        """The drawing as it would be."""
        return replace(self.roi, labels=contour.indices, geometry=contour.geometry)


class Redrawing:
    """Draws the lesions of one case otherwise."""

    def __init__(self, case: Case, reach: Reach) -> None:
        """Prepare what all contours share.

        Raises: InputError: the case has no ROI.
        """
        if case.roi is None:
            raise missing_roi("a contour drawn otherwise")
        self._case = case
        lesions, indices = find_lesions(case.roi)
        self.seed = contour_seed(indices, case.roi.geometry)
        """Of the drawing: the same ROI gives the same contours."""
        first = next(iter(case.images.values()))
        same = np.arange(len(lesions) + 1, dtype=np.uint16)
        self._main = _drawing(case.roi, first, (lesions, indices), same)
        self._own = {
            sequence: _own_drawing(roi, case.images[sequence], case.roi, indices)
            for sequence, roi in case.sequence_rois.items()
            if roi is not case.roi
        }
        self._images = {s: self._cut(s, image, reach) for s, image in case.images.items()}

    def drawn(self, plan: ContourPlan) -> tuple[Case, float]:
        """The case as planned, and the Dice of its ROI with the ROI as it was drawn."""
        main = self._main.outlines.drawn(plan)
        own = {sequence: one.outlines.drawn(plan) for sequence, one in self._own.items()}
        roi = self._main.redrawn(main)
        rois = {s: self._own[s].redrawn(own[s]) if s in own else roi for s in self._drawn_sequences}
        labels = {
            sequence: _labels(self._drawing_of(sequence), own.get(sequence, main), image)
            for sequence, image in self._images.items()
        }
        case = self._case.redrawn(
            images=self._images,
            roi=roi,
            sequence_rois=rois,
            lesions=remeasured(self._case.lesions, roi),
            lesion_labels=labels,
        )
        return case, main.dice

    @property
    def _drawn_sequences(self) -> tuple[ImageSequence, ...]:
        """Sequences with an ROI that was given for them."""
        return tuple(self._case.sequence_rois)

    def _drawing_of(self, sequence: ImageSequence) -> _Drawing:
        """The drawing that counts on an image."""
        return self._own.get(sequence, self._main)

    def _cut(self, sequence: ImageSequence, image: Volume, reach: Reach) -> Volume:
        """The part of an image that is looked at."""
        window = self._drawing_of(sequence).outlines.geometry
        sides = [n * mm for n, mm in zip(window.size_ijk, window.spacing_mm, strict=True)]
        reach_mm = reach(max(sides))
        return image if reach_mm is None else crop(image, _box_round(window, image, reach_mm))


def _drawing(roi: Roi, image: Volume, pieces: Pieces, lesion_of: Voxels) -> _Drawing:
    """One drawing with its pieces; specks stay as they are."""
    lesions, indices = pieces
    numbers = [lesion.index for lesion in lesions if not lesion.is_speck]
    outlines = Outlines(indices, roi.geometry, image.geometry, numbers)
    return _Drawing(roi=roi, outlines=outlines, lesion_of=lesion_of)


def _own_drawing(roi: Roi, image: Volume, main: Roi, main_indices: Voxels) -> _Drawing:
    """A drawing of one sequence, and which of the case's lesions its pieces are."""
    lesions, indices = find_lesions(roi)
    matched = matched_indices(roi, main, main_indices)
    lesion_of = np.zeros(len(lesions) + 1, dtype=np.uint16)
    for lesion in lesions:
        lesion_of[lesion.index] = matched[indices == lesion.index][0]
    return _drawing(roi, image, (lesions, indices), lesion_of)


def _labels(drawing: _Drawing, contour: Contour, image: Volume) -> Voxels:
    """`Lesion.index` of each voxel on an image's grid."""
    numbers = drawing.lesion_of[contour.indices]
    return resample_labels(numbers, contour.geometry, image.geometry)


def _box_round(window: Geometry, image: Volume, reach_mm: float) -> Box:
    """The voxels of an image within a window, and round it as far as anybody looks."""
    geometry = image.geometry
    corners = geometry.to_index(window.corners_lps())
    pads = np.ceil(reach_mm / np.array(geometry.spacing_mm)).astype(int) + SPLINE_VOXELS
    size = np.array(geometry.size_ijk)
    start = np.clip(np.floor(corners.min(axis=0)).astype(int) - pads, 0, size - 1)
    stop = np.clip(np.ceil(corners.max(axis=0)).astype(int) + pads + 1, start + 1, size)
    (i, j, k), (i_end, j_end, k_end) = start.tolist(), stop.tolist()
    return slice(k, k_end), slice(j, j_end), slice(i, i_end)
