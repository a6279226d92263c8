"""How well the law of simulated patients can be predicted at best, by integration.

Latents are independent standard normals and findings are independent yes or no, so that the
log-odds are a mixture of few normals and the AUCs are integrals over one dimension.
"""

from itertools import product
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.simulation.law import Law

Floats = NDArray[np.float64]

# Standard deviations on either side that hold all of a normal but 1e-15, and points between.
INTEGRATION_REACH = 8.0
INTEGRATION_POINTS = 4001
HERMITE_POINTS = 61


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
