"""Settings of the second world; the defaults make lesions that measure as real ones do.

Source of the defaults: 107 features of 371 hepatocellular carcinomas in 228 patients before TACE
(WAW-TACE, Zenodo 12741586, v2 of 2024-07-15, CC BY 4.0; features by CCIG-Champalimaud,
waw-tace-radiomics; arterial phase). They were set on a random half of the patients and judged on
the other (docs/world-2.md). Nothing of the table is here but these summary numbers.
"""

from typing import Self

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.simulation.settings import CohortSettings, LawSettings, Range
from TACEResponseLib.simulation.world2.numbers import FiveNumbers, check_rising


class FieldSettings(Settings):
    """What part of the patient is scanned, mm; the voxels are the scanner's."""

    extent_mm: tuple[float, float, float] = (330.0, 255.0, 150.0)
    anatomy_mm: tuple[float, float, float] = (1.2, 1.2, 2.4)
    """Grid on which organs are painted before they are interpolated; lesions need none."""
    nodules_hu: Range = (0.5, 5.0)
    """Standard deviation of the liver's parenchyma by its nodules."""


class LesionLookSettings(Settings):
    """What lesions can be: five numbers are values at -2, -1, 0, 1 and 2 standard deviations."""

    diameter_mm: FiveNumbers = (17.3, 28.6, 49.0, 83.8, 127.0)
    """Longest axial diameter of the largest lesion."""
    other_diameter_mm: FiveNumbers = (8.8, 14.6, 21.2, 34.3, 51.9)
    """The same of the others."""
    lesion_shares: tuple[float, ...] = (0.64, 0.19, 0.11, 0.03, 0.02, 0.01)
    """Of patients who have one lesion, two, and so on."""
    likeness: float = Field(default=0.65, ge=0, le=1)
    """Correlation of the other lesions' latents with the largest one's, size aside."""
    enhancement_hu: FiveNumbers = (-24.0, -11.0, 3.0, 16.0, 36.0)
    """Mean of the viable part over the liver, arterial phase."""
    rim_hu: FiveNumbers = (-4.0, 2.0, 7.0, 15.0, 30.0)
    """Crest of the rim over the viable part."""
    necrosis_share: FiveNumbers = (0.0, 0.003, 0.02, 0.12, 0.35)
    """Of the lesion's volume."""
    necrosis_hu: Range = (18.0, 38.0)
    texture_hu: FiveNumbers = (3.0, 6.0, 10.5, 17.0, 30.0)
    """Standard deviation inside the viable part, noise aside."""
    texture_length_mm: Range = (1.0, 5.0)
    """Distance between the knots of the texture; says nothing of the response."""
    texture_skew: Range = (0.3, 1.0)
    """Standard deviation of the texture's logarithm: bright foci are more than dark ones."""
    irregularity: Range = (0.03, 0.18)
    """Bumps of the border as a share of the radius; says nothing of the response."""
    axis_log_sd: tuple[float, float] = (0.13, 0.2)
    """Of the logarithm of the half-axes, in the slice and along the body."""
    bulge_share: float = Field(default=0.35, ge=0, le=1)
    """How far a lesion bulges from the liver at most, in radii."""
    covered_share: Range = (0.4, 1.1)
    """Depth of the center under the liver's surface, in radii: below 1 a lesion bulges out."""

    @model_validator(mode="after")
    def _numbers_rise(self) -> Self:
        for name, value in self:
            if name != "lesion_shares" and isinstance(value, tuple) and len(value) == 5:
                check_rising(name, value)
        if abs(sum(self.lesion_shares) - 1) > 1e-6 or min(self.lesion_shares) < 0:
            raise ValueError(f"lesion_shares must be >= 0 and sum to 1, got {self.lesion_shares}")
        return self


class SpectrumSettings(Settings):
    """How scans differ from each other; nothing here depends on the tumor."""

    offset_hu_sd: float = Field(default=2.0, ge=0)
    scale_sd: float = Field(default=0.01, ge=0)
    timing_sd: float = Field(default=0.15, ge=0)
    """Of the factor on every arterial enhancement, tumor and aorta alike."""
    spacing_mm: FiveNumbers = (0.65, 0.7, 0.78, 0.89, 0.98)
    """Of voxels within the slice."""
    slice_mm: tuple[float, ...] = (0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 5.0)
    """Distance of slices."""
    slice_shares: tuple[float, ...] = (0.02, 0.07, 0.09, 0.62, 0.05, 0.02, 0.10, 0.02, 0.01)
    """Of scans with each distance."""
    overlap: Range = (1.0, 1.4)
    """Thickness of a slice in distances of slices."""
    noise_hu: FiveNumbers = (14.0, 18.5, 22.0, 26.5, 33.0)
    """Standard deviation of a voxel at the middle of the body."""
    peak_per_mm: Range = (0.06, 0.18)
    """Frequency at which the noise power is highest: the reconstruction kernel."""
    rise: Range = (0.2, 0.6)
    """Power of the frequency by which the noise power rises from 0: 1 is filtered backprojection
    and less is iterative reconstruction."""
    blur_mm: Range = (0.5, 0.8)
    """Standard deviation of the in-plane point spread."""

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if len(self.slice_mm) != len(self.slice_shares) or abs(sum(self.slice_shares) - 1) > 1e-6:
            raise ValueError("slice_shares must sum to 1 and have a share for each of slice_mm")
        check_rising("spacing_mm", self.spacing_mm)
        check_rising("noise_hu", self.noise_hu)
        return self


class SwitchSettings(Settings):
    """What can go wrong with a cohort; everything is off by default."""

    site_shift: float = Field(default=0.0, ge=0, le=3)
    """Four sites that differ in calibration, noise, timing and share of responders: spread between
    them, in the units of `sites`."""
    reader_kappa: float = Field(default=1.0, ge=0.01, le=1)
    """Cohen's kappa of two readers of response, each of whom errs on an own account; the first
    one's call is the response. Published for mRECIST: .3 to .5."""
    contour_error_mm: float = Field(default=0.0, ge=0, le=10)
    """Standard deviation of both readers' border about the true one, in place of their own."""
    nonlinear_law: bool = False
    """Enhancement counts less where there is necrosis, and small and large lesions both respond
    less than middling ones."""
    portal_share: float = Field(default=0.0, ge=0, le=1)
    """Of scans that are portal venous and are called arterial."""
    informative_missingness: bool = False
    """Markers lack more often in those who will not respond."""
    null: bool = False
    """Nothing that is measured has to do with the response."""


class World2Settings(CohortSettings):
    """Everything that, with a seed, fixes a CT cohort of the second world to the byte."""

    law: LawSettings = LawSettings()
    field: FieldSettings = FieldSettings()
    lesion: LesionLookSettings = LesionLookSettings()
    scanner: SpectrumSettings = SpectrumSettings()
    switches: SwitchSettings = SwitchSettings()

    @property
    def reader_shifts_mm(self) -> tuple[float, float]:
        """Standard deviation of the border of the first and the second reader."""
        error = self.switches.contour_error_mm
        return (error, error) if error else (self.reader_shift_mm, self.second_reader_shift_mm)
