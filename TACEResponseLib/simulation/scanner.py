"""What a CT scanner makes of the patient: blur, thick slices, calibration, noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.settings import ScannerSettings
from TACEResponseLib.simulation.smooth_field import Field

LOWEST_HU, HIGHEST_HU = -1024, 3071
"""What 12 bits hold."""
FWHM_PER_SD = 2.3548


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How one patient is scanned."""

    offset_hu: float
    scale: float
    timing: float
    noise_hu: float
    noise_length_mm: float
    blur_mm: float
    slice_thickness_mm: float


def draw_scan(rng: np.random.Generator, settings: ScannerSettings) -> Scan:
    """A scanner and a protocol at random."""
    return Scan(
        offset_hu=float(rng.normal(0, settings.offset_hu_sd)),
        scale=float(1 + rng.normal(0, settings.scale_sd)),
        timing=float(np.clip(1 + rng.normal(0, settings.timing_sd), 0.7, 1.3)),
        noise_hu=float(rng.uniform(*settings.noise_hu)),
        noise_length_mm=float(rng.uniform(*settings.noise_length_mm)),
        blur_mm=float(rng.uniform(*settings.blur_mm)),
        slice_thickness_mm=float(rng.uniform(*settings.slice_thickness_mm)),
    )


def scan(
    canvas: Canvas, depth: Field, protocol: Scan, rng: np.random.Generator
) -> NDArray[np.int16]:
    """The image, HU, (K, J, I).

    Args:
        canvas: the patient.
        depth: under the skin, mm, (1, J, I): noise is strongest at the middle of the body.
        protocol: how to scan.
        rng: of the noise.
    """
    dz, dy, dx = canvas.spacing_kji
    seen = _blurred(canvas.hu, 0, protocol.slice_thickness_mm / FWHM_PER_SD / dz)
    seen = _blurred(seen, 1, protocol.blur_mm / dy)
    seen = _blurred(seen, 2, protocol.blur_mm / dx)
    seen *= np.float32(protocol.scale)
    seen += np.float32(protocol.offset_hu)
    strength = 0.55 + 0.45 * np.clip(depth / 90, -0.6, 1)
    seen += _noise(canvas, protocol, rng) * (np.float32(protocol.noise_hu) * strength)
    return np.asarray(np.clip(np.rint(seen), LOWEST_HU, HIGHEST_HU), dtype=np.int16)


def _noise(canvas: Canvas, protocol: Scan, rng: np.random.Generator) -> Field:
    """Noise of standard deviation 1, correlated within the slice."""
    _, dy, dx = canvas.spacing_kji
    noise = rng.standard_normal(canvas.shape, dtype=np.float32)
    gain = 1.0
    for axis, spacing in ((1, dy), (2, dx)):
        sd = protocol.noise_length_mm / spacing
        noise = _blurred(noise, axis, sd)
        gain *= _kept_sd(sd)
    return noise / np.float32(gain)


def _blurred(field: Field, axis: int, sd_voxels: float) -> Field:
    from scipy.ndimage import gaussian_filter1d

    return np.asarray(gaussian_filter1d(field, sd_voxels, axis=axis, mode="nearest", truncate=3))


def _kept_sd(sd_voxels: float) -> float:
    """Standard deviation that white noise of 1 keeps after the same blur along one axis."""
    impulse = np.zeros(41, dtype=np.float32)
    impulse[20] = 1
    return float(np.linalg.norm(_blurred(impulse, 0, sd_voxels)))
