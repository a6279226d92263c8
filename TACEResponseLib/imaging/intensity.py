"""Intensities brought to a scale that means the same in every patient."""

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.settings import CtWindow, Intensity, MrZScore
from TACEResponseLib.imaging.volume import Mask, Volume

OTSU_BINS = 128


def apply_intensity(volume: Volume, settings: Intensity, region: Mask | None = None) -> Volume:
    """Scale an image as a recipe says.

    Args:
        volume: CT in HU, or MR in any unit.
        settings: fixed CT window to 0..1, or MR z-score within a region.
        region: where MR statistics are taken, (K, J, I); `None` finds the body. CT ignores it.
    Returns: float32 on the same grid.
    Raises: InputError: a liver mask is needed and absent, or the region is empty or constant.
    """
    if isinstance(settings, CtWindow):
        return volume.with_voxels(_windowed(volume, settings))
    return volume.with_voxels(_z_scored(volume, settings, region))


def body_mask(volume: Volume) -> Mask:
    """Voxels above Otsu's threshold: the body without the air round it."""
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.OtsuThreshold(volume.to_sitk(), 0, 1, OTSU_BINS)) > 0


def _windowed(volume: Volume, window: CtWindow) -> NDArray[np.float32]:
    """HU from the window's limits to 0..1."""
    scaled = volume.voxels.astype(np.float32)
    scaled -= np.float32(window.low_hu)
    scaled /= np.float32(window.high_hu - window.low_hu)
    return np.clip(scaled, 0.0, 1.0, out=scaled)


def _z_scored(volume: Volume, settings: MrZScore, region: Mask | None) -> NDArray[np.float32]:
    """MR in standard deviations of its region, clipped."""
    if region is None and settings.region == "liver":
        raise InputError(f"image {volume.source}", "z-score within the liver needs a liver mask",
                         got="none", remedy="choose a bundle with the body region")  # fmt: skip
    inside = volume.voxels[body_mask(volume) if region is None else region].astype(np.float64)
    if inside.size == 0 or inside.min() == inside.max():
        raise InputError(f"image {volume.source}", "must vary within the z-score's region",
                         got=f"{inside.size} voxels without contrast",
                         remedy="check the image and the mask")  # fmt: skip
    scaled = volume.voxels.astype(np.float32)
    scaled -= np.float32(inside.mean())
    scaled /= np.float32(inside.std())
    return np.clip(scaled, -settings.clip, settings.clip, out=scaled)
