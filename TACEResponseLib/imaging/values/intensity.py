"""Intensities brought to a scale that means the same in every patient."""

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.imaging.settings import CtWindow, Intensity, MrWindow, MrZScore
from TACEResponseLib.imaging.volume import Mask, Volume

OTSU_BINS = 128


def apply_intensity(volume: Volume, settings: Intensity, region: Mask | None = None) -> Volume:
    """Scale an image as a recipe says.

    Args:
        volume: CT in HU, or MR in any unit.
        settings: fixed CT window to 0..1, MR z-score, or MR percentiles to 0..1.
        region: where MR statistics are taken, (K, J, I); `None` finds the body. CT ignores it.
    Returns: float32 on the same grid.
    Raises: InputError: a liver mask is needed and absent, or the region is empty or constant.
    """
    if isinstance(settings, CtWindow):
        return volume.with_voxels(_windowed(volume, settings.low_hu, settings.high_hu))
    if isinstance(settings, MrWindow):
        return volume.with_voxels(_between_percentiles(volume, settings, region))
    return volume.with_voxels(_z_scored(volume, settings, region))


def body_mask(volume: Volume) -> Mask:
    """Voxels above Otsu's threshold: the body without the air round it."""
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.OtsuThreshold(volume.to_sitk(), 0, 1, OTSU_BINS)) > 0


def _windowed(volume: Volume, low: float, high: float) -> NDArray[np.float32]:
    """Values between two limits to 0..1."""
    scaled = volume.voxels.astype(np.float32)
    scaled -= np.float32(low)
    scaled /= np.float32(high - low)
    return np.clip(scaled, 0.0, 1.0, out=scaled)


def _between_percentiles(
    volume: Volume, settings: MrWindow, region: Mask | None
) -> NDArray[np.float32]:
    """MR between percentiles of the body to 0..1, in as many gray values as asked for."""
    inside = volume.voxels[body_mask(volume) if region is None else region].astype(np.float64)
    _check_contrast(volume, inside)
    limits = np.percentile(inside, (settings.low_percentile, settings.high_percentile))
    if limits[0] == limits[1]:
        raise _no_contrast(volume, inside)
    scaled = _windowed(volume, *limits)
    if settings.levels is None:
        return scaled
    steps = np.float32(settings.levels - 1)
    return np.asarray(np.rint(scaled * steps) / steps, dtype=np.float32)


def _z_scored(volume: Volume, settings: MrZScore, region: Mask | None) -> NDArray[np.float32]:
    """MR in standard deviations of its region, clipped."""
    if region is None and settings.region == "liver":
        raise InputError(
            Subject(SubjectKind.IMAGE, text=f"image {volume.source}".rstrip()),
            "z-score within the liver needs a liver mask",
            got="none",
            remedy="choose a bundle with the body region",
        )
    inside = volume.voxels[body_mask(volume) if region is None else region].astype(np.float64)
    _check_contrast(volume, inside)
    scaled = volume.voxels.astype(np.float32)
    scaled -= np.float32(inside.mean())
    scaled /= np.float32(inside.std())
    return np.clip(scaled, -settings.clip, settings.clip, out=scaled)


def _check_contrast(volume: Volume, inside: NDArray[np.float64]) -> None:
    """Statistics need voxels that differ."""
    if inside.size == 0 or inside.min() == inside.max():
        raise _no_contrast(volume, inside)


def _no_contrast(volume: Volume, inside: NDArray[np.float64]) -> InputError:
    return InputError(
        Subject(SubjectKind.IMAGE, text=f"image {volume.source}".rstrip()),
        "must vary within the region of its statistics",
        got=f"{inside.size} voxels without contrast",
        remedy="check the image and the mask",
    )
