"""Named choices of the imaging steps that the papers leave open or disagree on."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from TACEResponseLib.settings import Settings


class CtWindow(Settings):
    """Clip CT to a fixed window and scale it to 0..1.

    A fixed scale keeps the meaning of HU across sites; S0 and S4 leave the limits unsaid.
    """

    kind: Literal["ct_window"] = "ct_window"
    low_hu: float = -100.0
    high_hu: float = 300.0

    @model_validator(mode="after")
    def _limits_ascend(self) -> "CtWindow":
        if self.low_hu >= self.high_hu:
            raise ValueError(f"low_hu must be < high_hu, got {self.low_hu} and {self.high_hu}")
        return self


class MrZScore(Settings):
    """Standardize MR within a region and clip."""

    kind: Literal["mr_z_score"] = "mr_z_score"
    region: Literal["body", "liver"] = "body"
    clip: float = Field(default=3.0, gt=0)


Intensity = Annotated[CtWindow | MrZScore, Field(discriminator="kind")]


class PatchSettings(Settings):
    """Which axial slices of a lesion become patches, and what a patch holds."""

    shape: Literal["tight_box", "inscribed_box", "masked_box"] = "tight_box"
    """Box round the ROI, largest box inside it, or box with the background set to 0."""
    margin_fraction: float = Field(default=0.1, ge=0, le=2)
    """Added on each side of the tight or masked box, as a share of its side."""
    size_px: int = Field(default=224, ge=16, le=1024)
    fixed_spacing_mm: float | None = Field(default=None, gt=0, le=10)
    """`None` resizes the box to the patch as S0 does, which loses the scale; a number keeps
    pixels of that size round the box's center instead."""
    slices: Literal["largest", "largest_and_neighbors"] = "largest_and_neighbors"
    neighbor_offset_mm: float = Field(default=0.0, ge=0, le=30)
    """Distance of the neighbors; at least one slice, and never outside the lesion."""
    channels: int = Field(default=3, ge=1, le=8)
    channel_content: Literal["repeat", "adjacent_slices"] = "repeat"
