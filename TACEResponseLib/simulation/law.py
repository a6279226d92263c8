"""The law that makes a simulated patient respond.

    response ~ Bernoulli(sigmoid(intercept + sum of coefficient x latent + sum of findings))

The latents are independent standard normals and findings are independent yes or no.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, exp, log, sqrt
from typing import Protocol

import numpy as np
from scipy.special import expit

from TACEResponseLib.simulation.settings import (
    LATENTS,
    Finding,
    Range,
    ResponseSettings,
    TumorSettings,
)


class Law(Protocol):
    """What is known of a law, be it of CT or MR."""

    @property
    def intercept(self) -> float:
        """Log-odds of a patient whose latents are 0 and who has no finding."""
        ...

    @property
    def coefficients(self) -> Mapping[str, float]:
        """Log-odds per standard deviation of each latent."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Clinical findings that change the odds."""
        ...

    @property
    def response(self) -> ResponseSettings:
        """Where the response classes part."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TumorLook:
    """What the latents mean in the image."""

    diameter_mm: float
    enhancement_hu: float
    rim_hu: float
    necrosis_share: float
    texture_hu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MrTumorLook:
    """What they mean in MR images; contrasts are in the simulation's signal units."""

    diameter_mm: float
    enhancement: float
    washout: float
    t2_signal: float
    rim: float
    necrosis_share: float
    texture: float


def draw_latents(rng: np.random.Generator) -> dict[str, float]:
    """Independent standard normals, one a latent."""
    return {name: float(rng.standard_normal()) for name in LATENTS}


def log_odds(law: Law, latents: Mapping[str, float], findings: Mapping[str, bool]) -> float:
    """Of response, by the law."""
    clinical = sum(f.coefficient for f in law.findings if findings[f.name])
    return law.intercept + sum(b * latents[name] for name, b in law.coefficients.items()) + clinical


def response_probability(
    law: Law, latents: Mapping[str, float], findings: Mapping[str, bool] | None = None
) -> float:
    """The true probability of response."""
    return float(expit(log_odds(law, latents, findings or {})))


def tumor_look(latents: Mapping[str, float], settings: TumorSettings) -> TumorLook:
    """Each latent in its physical unit; strictly rising, so nothing of it is lost."""
    spread = settings.spread
    return TumorLook(
        diameter_mm=diameter(settings.diameter_mm, spread * latents["size"]),
        enhancement_hu=between(settings.enhancement_hu, spread * latents["enhancement"]),
        rim_hu=between(settings.rim_hu, spread * latents["rim"]),
        necrosis_share=between(settings.necrosis_share, spread * latents["necrosis"]),
        texture_hu=between(settings.texture_hu, spread * latents["texture"]),
    )


def diameter(limits: Range, z: float) -> float:
    """Like `between`, on a log scale."""
    low, high = limits
    return exp(between((log(low), log(high)), z))


def between(limits: Range, z: float) -> float:
    """From the lower to the upper limit as z runs over the line, by the normal distribution."""
    low, high = limits
    return low + (high - low) * 0.5 * (1.0 + erf(z / sqrt(2.0)))
