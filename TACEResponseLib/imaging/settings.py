"""Named choices of the imaging steps that the papers leave open or disagree on."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings


class CtWindow(Settings):
    """Clip CT to a fixed window and scale it to 0..1.

    A fixed scale keeps the meaning of HU across sites; S0 and S4 leave the limits unsaid.
    """

    kind: Literal["ct_window"] = "ct_window"
    low_hu: float = Field(default=-100.0, ge=-1e5, le=1e5)
    high_hu: float = Field(default=300.0, ge=-1e5, le=1e5)

    @model_validator(mode="after")
    def _limits_ascend(self) -> "CtWindow":
        if self.low_hu >= self.high_hu:
            raise ValueError(f"low_hu must be < high_hu, got {self.low_hu} and {self.high_hu}")
        return self


class MrZScore(Settings):
    """Standardize MR within a region and clip."""

    kind: Literal["mr_z_score"] = "mr_z_score"
    region: Literal["body", "liver"] = "body"
    clip: float = Field(default=3.0, ge=1e-3, le=1e3)


class MrWindow(Settings):
    """Clip MR between two percentiles of the body and scale it to 0..1.

    S2's inputs are 8-bit pictures, whose window it leaves unsaid.
    """

    kind: Literal["mr_window"] = "mr_window"
    low_percentile: float = Field(default=0.5, ge=0, lt=100)
    high_percentile: float = Field(default=99.5, gt=0, le=100)
    levels: int | None = Field(default=256, ge=2, le=65536)
    """Gray values that are told apart, 256 in an 8-bit picture; `None` rounds nothing."""

    @model_validator(mode="after")
    def _percentiles_ascend(self) -> "MrWindow":
        if self.low_percentile >= self.high_percentile:
            raise ValueError(
                "low_percentile must be < high_percentile, "
                f"got {self.low_percentile} and {self.high_percentile}"
            )
        return self


Intensity = Annotated[CtWindow | MrZScore | MrWindow, Field(discriminator="kind")]


class PatchSettings(Settings):
    """Which axial slices become patches, and what a patch holds."""

    shape: Literal["tight_box", "inscribed_box", "masked_box", "whole_slice"] = "tight_box"
    """Box round the ROI, largest box inside it, box with the background set to 0, or the whole
    slice of the image."""
    margin_fraction: float = Field(default=0.1, ge=0, le=2)
    """Added on each side of the tight or masked box, as a share of its side."""
    size_px: int = Field(default=224, ge=16, le=1024)
    """Rows of a patch; columns too, unless `width_px` says otherwise."""
    width_px: int | None = Field(default=None, ge=16, le=1024)
    """Columns of a patch, where it is no square. S3's 450 x 320 are 450 columns, 320 rows."""
    fixed_spacing_mm: float | None = Field(default=None, ge=0.05, le=10)
    """`None` resizes the box to the patch as S0 does, which loses the scale; a number keeps
    pixels of that size round the box's center instead."""
    slices: Literal["largest", "largest_and_neighbors", "all", "every_n"] = "largest_and_neighbors"
    """`all` and `every_n` take the lesion's slices, or with `whole_slice` the image's."""
    neighbor_offset_mm: float = Field(default=0.0, ge=0, le=30)
    """Distance of the neighbors; at least one slice, and never outside the lesion."""
    every_n: int = Field(default=1, ge=1, le=100)
    """Of `every_n`: one slice in so many, counted from the middle one."""
    channels: int = Field(default=3, ge=1, le=8)
    """Channels that each sequence gives; `sequences` gives one each."""
    channel_content: Literal["repeat", "adjacent_slices", "sequences"] = "repeat"
    """A slice copied, a slice with its neighbors, or one slice of each sequence."""

    @property
    def columns_px(self) -> int:
        """Columns of a patch."""
        return self.width_px or self.size_px

    @property
    def needs_roi(self) -> bool:
        """Whether a patch can't be planned without a lesion."""
        return self.shape != "whole_slice" or self.slices not in ("all", "every_n")
