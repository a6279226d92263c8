"""The law that makes a simulated patient respond, and how well it can be predicted at best.

    response ~ Bernoulli(sigmoid(intercept + sum of coefficient x latent + sum of findings))

The latents are independent standard normals and findings are independent yes or no, so that the
log-odds are a mixture of few normals and the AUCs are integrals over one dimension.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import erf, exp, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.simulation.settings import (
    LATENTS,
    Finding,
    Range,
    ResponseSettings,
    TumorSettings,
)

Floats = NDArray[np.float64]

# Standard deviations on either side that hold all of a normal but 1e-15, and points between.
INTEGRATION_REACH = 8.0
INTEGRATION_POINTS = 4001
HERMITE_POINTS = 61


class Law(Protocol):
    """What the integrals need to know of a law, be it of CT or MR."""

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
    return 1.0 / (1.0 + exp(-log_odds(law, latents, findings or {})))


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


def prevalence(law: Law, endpoint: Endpoint = Endpoint.OBJECTIVE_RESPONSE) -> float:
    """Expected share of an endpoint's positive class."""
    logit, weight = _log_odds_grid(law, endpoint)
    return float(weight @ expit(logit))


def best_possible_auc(law: Law, endpoint: Endpoint = Endpoint.OBJECTIVE_RESPONSE) -> float:
    """AUC of the true probability: no model, whatever it sees, does better on average."""
    logit, weight = _log_odds_grid(law, endpoint)
    return _auc(expit(logit), weight)


def univariate_auc(
    law: Law, latent: str, endpoint: Endpoint = Endpoint.OBJECTIVE_RESPONSE
) -> float:
    """AUC of one latent alone, ordered so that higher = more likely to respond; >= .5."""
    x, weight = _normal_grid()
    node, node_weight = np.polynomial.hermite_e.hermegauss(HERMITE_POINTS)
    own = abs(law.coefficients[latent])
    others = sqrt(max(_sd(law) ** 2 - own**2, 0.0))
    probability = np.zeros_like(x)
    for offset, share in _offsets(law, endpoint):
        logit = offset + own * x[:, None] + others * node
        probability += share * (expit(logit) @ (node_weight / node_weight.sum()))
    return _auc(probability, weight)


def _offsets(law: Law, endpoint: Endpoint) -> list[tuple[float, float]]:
    """Log-odds of patients of average latents by their findings, and the share of each."""
    base = law.intercept + law.response.shift(endpoint)
    mixture = []
    for has in product((False, True), repeat=len(law.findings)):
        pairs = list(zip(law.findings, has, strict=True))
        share = np.prod([f.share if yes else 1 - f.share for f, yes in pairs])
        mixture.append((base + sum(f.coefficient for f, yes in pairs if yes), float(share)))
    return mixture


def _log_odds_grid(law: Law, endpoint: Endpoint) -> tuple[Floats, Floats]:
    """Every log-odds of the mixture in ascending order, and its weight; weights sum to 1."""
    x, weight = _normal_grid()
    mixture = _offsets(law, endpoint)
    logit = np.concatenate([offset + _sd(law) * x for offset, _ in mixture])
    weights = np.concatenate([share * weight for _, share in mixture])
    order = np.argsort(logit, kind="stable")
    return logit[order], weights[order]


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


def _sd(law: Law) -> float:
    """Standard deviation of the log-odds among patients of the same findings."""
    return sqrt(sum(b * b for b in law.coefficients.values()))


def diameter(limits: Range, z: float) -> float:
    """Like `between`, on a log scale."""
    low, high = limits
    return exp(between((log(low), log(high)), z))


def between(limits: Range, z: float) -> float:
    """From the lower to the upper limit as z runs over the line, by the normal distribution."""
    low, high = limits
    return low + (high - low) * 0.5 * (1.0 + erf(z / sqrt(2.0)))
