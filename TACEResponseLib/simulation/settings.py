"""Settings of the simulation: the law, the grid, the tumor and the scanner.

The defaults fix the difficulty. They were set before any model was trained on the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.terms import Endpoint

Latent = Literal["size", "enhancement", "rim", "necrosis", "texture"]
LATENTS: tuple[Latent, ...] = get_args(Latent)

Range = tuple[float, float]
# As of any image that is read.
MOST_VOXELS = 2**29


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A clinical yes or no that changes the odds, independent of everything else."""

    name: str
    share: float
    """Of the patients who have it."""
    coefficient: float
    """Log-odds that it adds."""


class ResponseSettings(Settings):
    """Where the four response classes part, in log-odds from the cut between PR and SD.

    Proportional odds: CR or PR as the law says, and P(CR) = sigmoid(log-odds - complete_response),
    P(CR, PR or SD) = sigmoid(log-odds + disease_control).
    """

    complete_response: float = Field(default=1.5, gt=0)
    disease_control: float = Field(default=1.5, gt=0)

    def shift(self, endpoint: Endpoint) -> float:
        """What is added to the log-odds of response to have those of an endpoint's positives.

        Progression has the AUC of disease control, and the prevalence of the rest.
        """
        if endpoint is Endpoint.PROGRESSION:
            raise ValueError("progression is what disease_control leaves; ask for that")
        return self.disease_control if endpoint is Endpoint.DISEASE_CONTROL else 0.0


class LawSettings(Settings):
    """Log-odds of response: intercept + sum of coefficient x latent.

    Every latent is standard normal and independent of the others. Clinical variables say nothing.
    """

    intercept: float = 0.4
    size: float = -0.25
    enhancement: float = 0.9
    rim: float = -0.55
    necrosis: float = -0.65
    texture: float = -0.6
    response: ResponseSettings = ResponseSettings()

    @property
    def coefficients(self) -> Mapping[str, float]:
        """Log-odds per standard deviation of each latent."""
        return {name: float(getattr(self, name)) for name in LATENTS}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Clinical findings that change the odds: none."""
        return ()


class GridSettings(Settings):
    """The voxels of the image; its box of about 330 x 255 x 120 mm holds the upper abdomen."""

    size_ijk: tuple[int, int, int] = (220, 170, 40)
    spacing_mm: tuple[float, float, float] = (1.5, 1.5, 3.0)

    @model_validator(mode="after")
    def _has_voxels_with_extent(self) -> "GridSettings":
        if min(self.size_ijk) < 2 or min(self.spacing_mm) <= 0:
            raise ValueError(
                "size_ijk must be >= 2 and spacing_mm > 0 on each axis, "
                f"got {self.size_ijk} and {self.spacing_mm}"
            )
        if prod(self.size_ijk) > MOST_VOXELS:
            raise ValueError(
                f"size_ijk must have at most {MOST_VOXELS} voxels, got {self.size_ijk}"
            )
        return self


class LesionSettings(Settings):
    """What a lesion can be in any modality: (lowest, highest), reached only in the limit."""

    diameter_mm: Range = (25.0, 85.0)
    """Longest axial diameter, on a log scale."""
    necrosis_share: Range = (0.0, 0.4)
    """Of the tumor's volume."""
    spread: float = Field(default=0.7, gt=0)
    """Slope of the map at the middle; small keeps it near linear and away from both ends."""
    texture_length_mm: Range = (4.0, 6.5)
    """Distance between the knots of the texture; says nothing of the response."""
    irregularity: Range = (0.03, 0.10)
    """Bumps of the border as a share of the radius; says nothing of the response."""
    satellite_share: float = Field(default=0.15, ge=0, le=1)
    """Patients who are given a second, smaller lesion where the liver has room for one."""

    @model_validator(mode="after")
    def _ranges_ascend(self) -> Self:
        for name, value in self:
            if isinstance(value, tuple) and value[0] > value[1]:
                raise ValueError(f"{name} must be (lowest, highest), got {value}")
        if self.diameter_mm[0] <= 0:
            raise ValueError(f"diameter_mm must be > 0, got {self.diameter_mm}")
        if self.necrosis_share[1] > 0.5:
            raise ValueError(
                f"necrosis_share must be <= 0.5, so that the rim stays alive, "
                f"got {self.necrosis_share}"
            )
        return self


class TumorSettings(LesionSettings):
    """What the other latents can be in CT: (lowest, highest), reached only in the limit."""

    enhancement_hu: Range = (5.0, 85.0)
    """Mean of the viable part over the liver, arterial phase."""
    rim_hu: Range = (0.0, 70.0)
    """Crest of the rim over the viable part."""
    texture_hu: Range = (2.0, 36.0)
    """Standard deviation inside the viable part, noise aside."""


class ScannerSettings(Settings):
    """How scans differ from each other; nothing here depends on the tumor."""

    offset_hu_sd: float = Field(default=2.0, ge=0)
    scale_sd: float = Field(default=0.01, ge=0)
    timing_sd: float = Field(default=0.08, ge=0)
    """Of the factor on every arterial enhancement, tumor and aorta alike."""
    noise_hu: Range = (7.0, 15.0)
    """Standard deviation at the middle of the body."""
    noise_length_mm: Range = (0.9, 1.5)
    """Of the Gaussian that correlates the noise in the slice: the reconstruction kernel."""
    blur_mm: Range = (0.5, 0.9)
    """Standard deviation of the in-plane point spread."""
    slice_thickness_mm: Range = (2.5, 5.0)


class CohortSettings(Settings):
    """What cohorts of either modality share."""

    reader_shift_mm: float = Field(default=0.5, ge=0, le=5)
    """Standard deviation of the drawn border about the true one."""
    second_reader_shift_mm: float = Field(default=1.0, ge=0, le=5)
    """The same of the second reader, who draws on an own account."""
    treatment: Literal["TACE", "HAIC"] = "TACE"
    """Says nothing of the response; names the regimens of the clinical record."""


class SimulationSettings(CohortSettings):
    """Everything that, with a seed, fixes a CT cohort to the byte."""

    law: LawSettings = LawSettings()
    grid: GridSettings = GridSettings()
    tumor: TumorSettings = TumorSettings()
    scanner: ScannerSettings = ScannerSettings()
