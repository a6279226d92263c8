"""How many patients a training had, beside how many its number of parameters asks for."""

from pydantic import Field

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evaluation.sample_size import development_size

MOST = 10_000_000_000
SOURCE = (
    "Riley 2019, Statistics in Medicine 38:1276, and 2020, BMJ 368:m441: shrinkage of .9, optimism "
    "and margin of .05, 15 % of the greatest possible Cox-Snell R2"
)


class DevelopmentSample(Settings):
    """Riley's minimum for a binary outcome, and what there was."""

    n: int = Field(ge=1, le=MOST)
    """Patients of the training cohort."""
    events: int = Field(ge=0, le=MOST)
    parameters: int = Field(ge=1, le=MOST)
    """Candidates before any selection."""
    uncounted: tuple[str, ...] = ()
    """Branches whose parameters the formula can't count: networks."""
    shrinkage: int = Field(ge=1, le=MOST)
    """Patients needed so that predictions shrink by at most a tenth in new ones."""
    optimism: int = Field(ge=1, le=MOST)
    """Needed for an apparent Nagelkerke R2 at most .05 too good."""
    prevalence: int = Field(ge=1, le=MOST)
    """Needed to know the share of events to .05."""

    @property
    def needed(self) -> int:
        """Patients that meet all three."""
        return max(self.shrinkage, self.optimism, self.prevalence)

    @property
    def words(self) -> str:
        """What the card and checklists say."""
        least = "at least " if self.uncounted else ""
        verdict = "fewer than needed" if self.n < self.needed else "enough by this measure"
        nets = (
            f" Parameters of {', '.join(self.uncounted)} are not counted: the formula is of "
            "regressions."
            if self.uncounted
            else ""
        )
        return (
            f"{self.parameters:,} candidate parameters need {least}{self.needed:,} patients "
            f"(shrinkage {self.shrinkage:,}, optimism {self.optimism:,}, prevalence "
            f"{self.prevalence:,}); there were {self.n:,}, {self.events:,} with the outcome: "
            f"{verdict}.{nets} By {SOURCE}."
        )


def development_sample(
    n: int, events: int, parameters: int, uncounted: tuple[str, ...] = ()
) -> DevelopmentSample | None:
    """The minimum by what nobody knew beforehand; `None` where one class is missing.

    Args:
        n: training patients.
        events: of the positive class.
        parameters: candidates before any selection, at least 1.
        uncounted: branches whose parameters are not among them.
    Source: Riley and others, as `evaluation.sample_size.development_size`.
    """
    if not 0 < events < n:
        return None
    size = development_size(events / n, parameters)
    return DevelopmentSample(
        n=n,
        events=events,
        parameters=parameters,
        uncounted=uncounted,
        shrinkage=size.shrinkage,
        optimism=size.optimism,
        prevalence=size.prevalence,
    )
