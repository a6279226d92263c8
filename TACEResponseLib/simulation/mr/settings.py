"""Settings of the MR simulation: the law, the tumor and the scanner.

Signals are in units in which unenhanced fat-saturated liver would be about 70; a scan then has
a gain of its own. The defaults fix the difficulty, before any model was trained on the result.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.simulation.clinical_shares import (
    CHILD_PUGH_B_SHARE,
    PORTAL_VEIN_INVASION_SHARE,
)
from TACEResponseLib.simulation.settings import (
    CohortSettings,
    Finding,
    GridSettings,
    LesionSettings,
    Range,
    ResponseSettings,
)

MrLatent = Literal["size", "enhancement", "washout", "t2_signal", "rim", "necrosis", "texture"]
MR_LATENTS: tuple[MrLatent, ...] = get_args(MrLatent)


class MrLawSettings(Settings):
    """Log-odds of response: intercept + sum of coefficient x latent + clinical findings.

    Every latent, log AFP among them, is standard normal and independent of the others.
    """

    intercept: float = 0.65
    size: float = -0.2
    enhancement: float = 0.8
    washout: float = 0.45
    t2_signal: float = -0.45
    rim: float = 0.4
    necrosis: float = -0.45
    texture: float = -0.5
    afp: float = -0.3
    """Log-odds per standard deviation of log10 AFP."""
    child_pugh_b: float = -0.5
    """Log-odds that class B adds to class A."""
    portal_vein_invasion: float = -0.6
    response: ResponseSettings = ResponseSettings()

    @property
    def coefficients(self) -> Mapping[str, float]:
        """Log-odds per standard deviation of each latent and of log AFP."""
        return {name: float(getattr(self, name)) for name in (*MR_LATENTS, "afp")}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Clinical findings that change the odds."""
        return (
            Finding(name="child_pugh_b", share=CHILD_PUGH_B_SHARE, coefficient=self.child_pugh_b),
            Finding(
                name="portal_vein_invasion",
                share=PORTAL_VEIN_INVASION_SHARE,
                coefficient=self.portal_vein_invasion,
            ),
        )


class MrTumorSettings(LesionSettings):
    """What the other latents can be in MR, signal units: (lowest, highest)."""

    enhancement: Range = (5.0, 95.0)
    """Living part over liver, arterial phase."""
    washout: Range = (-20.0, 55.0)
    """Liver over living part, delayed phase; about half of it in the portal phase."""
    t2_signal: Range = (10.0, 100.0)
    """Living part over liver, T2."""
    rim: Range = (0.0, 70.0)
    """Capsule over the living part, delayed phase."""
    texture: Range = (2.0, 30.0)
    """Standard deviation inside the living part, arterial phase."""


class MrScannerSettings(Settings):
    """How scans differ from each other; nothing here depends on the tumor."""

    gain: float = Field(default=4.0, gt=0)
    """Median of the scanner's factor from signal to gray value; units of MR are arbitrary."""
    gain_sd: float = Field(default=0.3, ge=0)
    """Of its natural logarithm, each sequence for itself."""
    bias_sd: float = Field(default=0.10, ge=0)
    """Of the smooth field of sensitivity of the coil, as a share of the signal."""
    bias_length_mm: float = Field(default=120.0, gt=0)
    """Distance between the knots of that field."""
    noise: Range = (2.5, 6.0)
    """Standard deviation in each of the two channels whose magnitude is the image."""
    timing_sd: float = Field(default=0.08, ge=0)
    """Of the factor on every arterial enhancement, tumor and aorta alike."""
    blur_mm: Range = (0.8, 1.4)
    """Standard deviation of the in-plane point spread."""
    misregistration_mm: float = Field(default=1.0, ge=0, le=10)
    """Standard deviation, per axis, of where a breath-hold leaves the liver; the arterial phase
    lies still."""


class MrSimulationSettings(CohortSettings):
    """Everything that, with a seed, fixes an MR cohort to the byte."""

    law: MrLawSettings = MrLawSettings()
    grid: GridSettings = GridSettings(size_ijk=(160, 128, 24), spacing_mm=(2.0, 2.0, 5.0))
    tumor: MrTumorSettings = MrTumorSettings()
    scanner: MrScannerSettings = MrScannerSettings()
