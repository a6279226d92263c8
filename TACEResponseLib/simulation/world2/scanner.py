"""A scanner with a spectrum: voxels, slices, point spread, and noise of a kernel.

The noise power of a slice is f^a exp(-(a/2) (f/p)^2), highest at the frequency p: the ramp of
filtered backprojection under the kernel's falling edge (Siewerdsen and others, Med Phys
2002;29:2655, in form; the values are set on real lesions, see `settings`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.scanner import FWHM_PER_SD, HIGHEST_HU, LOWEST_HU
from TACEResponseLib.simulation.smooth_field import Field
from TACEResponseLib.simulation.world2.numbers import value_at
from TACEResponseLib.simulation.world2.settings import SpectrumSettings
from TACEResponseLib.simulation.world2.sites import Site

LOWEST_TIMING, HIGHEST_TIMING = 0.5, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How one patient is scanned."""

    spacing_mm: tuple[float, float, float]
    thickness_mm: float
    offset_hu: float
    scale: float
    timing: float
    noise_hu: float
    peak_per_mm: float
    rise: float
    blur_mm: float


def draw_protocol(rng: np.random.Generator, settings: SpectrumSettings) -> Protocol:
    """A scanner and a protocol at random."""
    in_plane = round(value_at(settings.spacing_mm, float(rng.standard_normal())), 3)
    slice_mm = float(rng.choice(settings.slice_mm, p=settings.slice_shares))
    return Protocol(
        spacing_mm=(in_plane, in_plane, slice_mm),
        thickness_mm=slice_mm * float(rng.uniform(*settings.overlap)),
        offset_hu=float(rng.normal(0, settings.offset_hu_sd)),
        scale=float(1 + rng.normal(0, settings.scale_sd)),
        timing=float(np.clip(1 + rng.normal(0, settings.timing_sd), LOWEST_TIMING, HIGHEST_TIMING)),
        noise_hu=max(value_at(settings.noise_hu, float(rng.standard_normal())), 1.0),
        peak_per_mm=float(rng.uniform(*settings.peak_per_mm)),
        rise=float(rng.uniform(*settings.rise)),
        blur_mm=float(rng.uniform(*settings.blur_mm)),
    )


def at_site(protocol: Protocol, site: Site | None) -> Protocol:
    """A protocol as a site uses it."""
    if site is None:
        return protocol
    return replace(
        protocol,
        offset_hu=protocol.offset_hu + site.offset_hu,
        timing=max(protocol.timing + site.timing, LOWEST_TIMING),
        noise_hu=protocol.noise_hu * max(1 + site.noise_share, 0.3),
    )


def scan_canvas(
    canvas: Canvas, depth: Field, protocol: Protocol, rng: np.random.Generator
) -> NDArray[np.int16]:
    """The image, HU, (K, J, I).

    Args:
        canvas: the patient, on the scanner's voxels.
        depth: under the skin, mm, (1, J, I): noise is strongest at the middle of the body.
        protocol: how to scan.
        rng: of the noise.
    """
    from scipy.ndimage import gaussian_filter

    dz, dy, dx = canvas.spacing_kji
    blur = (protocol.thickness_mm / FWHM_PER_SD / dz, protocol.blur_mm / dy, protocol.blur_mm / dx)
    seen = gaussian_filter(canvas.hu, blur, mode="nearest", truncate=3)
    seen *= np.float32(protocol.scale)
    seen += np.float32(protocol.offset_hu)
    strength = np.float32(0.8) + np.float32(0.2) * np.clip(depth / 90, -1.5, 1)
    seen += kernel_noise(canvas, protocol, rng) * (np.float32(protocol.noise_hu) * strength)
    return np.asarray(np.clip(np.rint(seen), LOWEST_HU, HIGHEST_HU), dtype=np.int16)


def kernel_noise(canvas: Canvas, protocol: Protocol, rng: np.random.Generator) -> Field:
    """Noise of standard deviation 1 with the kernel's spectrum in each slice, (K, J, I)."""
    from scipy import fft
    from scipy.ndimage import gaussian_filter1d

    k, j, i = canvas.shape
    side_j, side_i = fft.next_fast_len(j, real=True), fft.next_fast_len(i, real=True)
    _, dy, dx = canvas.spacing_kji
    gain = kernel_gain((side_j, side_i), (dy, dx), protocol)
    noise = np.empty(canvas.shape, dtype=np.float32)
    for index in range(k):
        white = rng.standard_normal((side_j, side_i), dtype=np.float32)
        noise[index] = fft.irfft2(fft.rfft2(white) * gain, s=white.shape)[:j, :i]
    sd = protocol.thickness_mm / FWHM_PER_SD / canvas.spacing_kji[0]
    impulse = np.zeros(41, dtype=np.float32)
    impulse[20] = 1
    kept = np.linalg.norm(gaussian_filter1d(impulse, sd, truncate=3))
    along = gaussian_filter1d(noise, sd, axis=0, mode="wrap", truncate=3)
    return np.asarray(along / np.float32(kept))


def kernel_gain(
    shape: tuple[int, int], spacing_mm: tuple[float, float], protocol: Protocol
) -> Field:
    """What the kernel makes of each frequency of white noise of standard deviation 1.

    Args:
        shape: (J, I) of the slice.
        spacing_mm: along j and i.
        protocol: whose kernel.
    Returns: on the grid of `rfft2`, scaled so that the noise keeps standard deviation 1.
    """
    fy = np.fft.fftfreq(shape[0], spacing_mm[0])[:, None]
    fx = np.fft.fftfreq(shape[1], spacing_mm[1])[None, :]
    f = np.hypot(fy, fx) / protocol.peak_per_mm
    power = f**protocol.rise * np.exp(-0.5 * protocol.rise * f**2)
    gain = np.sqrt(power / power.mean())
    return np.asarray(gain[:, : shape[1] // 2 + 1], dtype=np.float32)
