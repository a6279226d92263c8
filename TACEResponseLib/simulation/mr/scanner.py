"""What an MR scanner makes of the patient: shift, blur, coil sensitivity, gain, Rician noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.simulation.mr.settings import MrScannerSettings
from TACEResponseLib.simulation.mr.tissue import ARTERIAL, MR_SEQUENCES, MrCanvas
from TACEResponseLib.simulation.smooth_field import Field, smooth_field

HIGHEST = 32767


@dataclass(frozen=True, slots=True, kw_only=True)
class MrScan:
    """How one sequence of one patient is acquired."""

    gain: float
    noise: float
    blur_mm: float
    shift_mm: tuple[float, float, float]
    """Of the patient, along x, y and z, from where the arterial phase saw them."""


def draw_timing(rng: np.random.Generator, settings: MrScannerSettings) -> float:
    """Factor on every arterial enhancement."""
    return float(np.clip(1 + rng.normal(0, settings.timing_sd), 0.7, 1.3))


def draw_mr_scans(rng: np.random.Generator, settings: MrScannerSettings) -> tuple[MrScan, ...]:
    """One a sequence, in the order of `MR_SEQUENCES`."""
    noise, blur = float(rng.uniform(*settings.noise)), float(rng.uniform(*settings.blur_mm))
    scans = []
    for sequence in range(len(MR_SEQUENCES)):
        x, y, z = settings.misregistration_mm * rng.standard_normal(3)
        scans.append(
            MrScan(
                gain=settings.gain * float(np.exp(settings.gain_sd * rng.standard_normal())),
                noise=noise * float(rng.uniform(0.85, 1.15)),
                blur_mm=blur,
                shift_mm=(0, 0, 0) if sequence == ARTERIAL else (float(x), float(y), float(z)),
            )
        )
    return tuple(scans)


def acquire(
    canvas: MrCanvas,
    scans: tuple[MrScan, ...],
    settings: MrScannerSettings,
    rng: np.random.Generator,
) -> list[NDArray[np.int16]]:
    """The images, gray values of no unit, each (K, J, I).

    Args:
        canvas: the patient.
        scans: how each sequence is acquired.
        settings: of the coil.
        rng: of coil and noise.
    """
    coil = smooth_field(rng, canvas.shape, canvas.spacing_kji, settings.bias_length_mm)
    sensitivity = np.exp(np.float32(settings.bias_sd) * coil)
    return [
        _image(canvas, signal, protocol, sensitivity, rng)
        for signal, protocol in zip(canvas.signal, scans, strict=True)
    ]


def _image(
    canvas: MrCanvas, signal: Field, protocol: MrScan, sensitivity: Field, rng: np.random.Generator
) -> NDArray[np.int16]:
    """One sequence."""
    from scipy.ndimage import gaussian_filter

    _, dy, dx = canvas.spacing_kji
    sd = (0.0, protocol.blur_mm / dy, protocol.blur_mm / dx)
    seen = gaussian_filter(canvas.shifted(signal, protocol.shift_mm), sd, truncate=3)
    real = seen * sensitivity
    # The coil receives a signal and two channels of noise; the image is the length of both.
    real += np.float32(protocol.noise) * rng.standard_normal(canvas.shape, dtype=np.float32)
    imaginary = np.float32(protocol.noise) * rng.standard_normal(canvas.shape, dtype=np.float32)
    magnitude = np.float32(protocol.gain) * np.hypot(real, imaginary)
    return np.asarray(np.clip(np.rint(magnitude), 0, HIGHEST), dtype=np.int16)
