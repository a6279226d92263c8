"""The law that makes a simulated patient respond, and how well it can be predicted at best.

    response ~ Bernoulli(sigmoid(intercept + sum of coefficient x latent))

The latents are independent standard normals, so the log-odds are normal too and the AUCs are
integrals over one dimension.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.simulation.settings import (
    LATENTS,
    Latent,
    LawSettings,
    Range,
    TumorSettings,
)

Floats = NDArray[np.float64]

# Standard deviations on either side that hold all of a normal but 1e-15, and points between.
INTEGRATION_REACH = 8.0
INTEGRATION_POINTS = 4001
HERMITE_POINTS = 61


@dataclass(frozen=True, slots=True, kw_only=True)
class TumorLook:
    """What the latents mean in the image."""

    diameter_mm: float
    enhancement_hu: float
    rim_hu: float
    necrosis_share: float
    texture_hu: float


def draw_latents(rng: np.random.Generator) -> dict[Latent, float]:
    """Independent standard normals, one a latent."""
    return {name: float(rng.standard_normal()) for name in LATENTS}


def response_probability(law: LawSettings, latents: Mapping[Latent, float]) -> float:
    """The true probability of response."""
    logit = law.intercept + sum(b * latents[name] for name, b in law.coefficients.items())
    return 1.0 / (1.0 + exp(-logit))


def tumor_look(latents: Mapping[Latent, float], settings: TumorSettings) -> TumorLook:
    """Each latent in its physical unit; strictly rising, so nothing of it is lost."""
    low, high = settings.diameter_mm
    spread = settings.spread
    log_diameter = _between((log(low), log(high)), spread * latents["size"])
    return TumorLook(
        diameter_mm=exp(log_diameter),
        enhancement_hu=_between(settings.enhancement_hu, spread * latents["enhancement"]),
        rim_hu=_between(settings.rim_hu, spread * latents["rim"]),
        necrosis_share=_between(settings.necrosis_share, spread * latents["necrosis"]),
        texture_hu=_between(settings.texture_hu, spread * latents["texture"]),
    )


def prevalence(law: LawSettings) -> float:
    """Expected share of responders."""
    return float(_normal_grid()[1] @ _sigmoid(law.intercept + _sd(law) * _normal_grid()[0]))


def best_possible_auc(law: LawSettings) -> float:
    """AUC of the true probability: no model, whatever it sees, does better on average."""
    x, weight = _normal_grid()
    return _auc(_sigmoid(law.intercept + _sd(law) * x), weight)


def univariate_auc(law: LawSettings, latent: Latent) -> float:
    """AUC of one latent alone, ordered so that higher = more likely to respond; >= .5."""
    x, weight = _normal_grid()
    node, node_weight = np.polynomial.hermite_e.hermegauss(HERMITE_POINTS)
    own = abs(law.coefficients[latent])
    others = sqrt(max(_sd(law) ** 2 - own**2, 0.0))
    logit = law.intercept + own * x[:, None] + others * node
    return _auc(_sigmoid(logit) @ (node_weight / node_weight.sum()), weight)


def _auc(probability: Floats, weight: Floats) -> float:
    """Chance that a responder lies above a non-responder; `probability` must rise."""
    responder, other = probability * weight, (1.0 - probability) * weight
    below = np.cumsum(other) - 0.5 * other
    return float(responder @ below / (responder.sum() * other.sum()))


def _normal_grid() -> tuple[Floats, Floats]:
    """Points along a standard normal and their weights, which sum to 1."""
    x = np.linspace(-INTEGRATION_REACH, INTEGRATION_REACH, INTEGRATION_POINTS)
    weight = np.exp(-0.5 * x**2)
    return x, weight / weight.sum()


def _sd(law: LawSettings) -> float:
    """Standard deviation of the log-odds."""
    return sqrt(sum(b * b for b in law.coefficients.values()))


def _sigmoid(logit: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))


def _between(limits: Range, z: float) -> float:
    """From the lower to the upper limit as z runs over the line, by the normal distribution."""
    low, high = limits
    return low + (high - low) * 0.5 * (1.0 + erf(z / sqrt(2.0)))
