"""The four response classes of a simulated patient: proportional odds round the law of response."""

from collections.abc import Mapping

from scipy.special import expit

from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.simulation.settings import ResponseSettings

Classes = Mapping[ResponseClass, float]


def class_probabilities(log_odds: float, settings: ResponseSettings) -> dict[ResponseClass, float]:
    """True probability of each class, best response first; they sum to 1.

    Args:
        log_odds: of CR or PR.
        settings: the cut-points.
    """
    at_least = [
        float(expit(log_odds - settings.complete_response)),
        float(expit(log_odds)),
        float(expit(log_odds + settings.disease_control)),
        1.0,
    ]
    below = [0.0, *at_least[:-1]]
    return {c: p - q for c, p, q in zip(ResponseClass, at_least, below, strict=True)}


def drawn_class(drawn: float, probability: float, classes: Classes) -> ResponseClass:
    """The class that a uniform number in 0..1 falls into.

    Args:
        drawn: CR if it is the smallest, PD if the largest.
        probability: of CR or PR; the cut between PR and SD, exactly.
        classes: true probability of each class.
    """
    if drawn < probability:
        return ResponseClass.CR if drawn < classes[ResponseClass.CR] else ResponseClass.PR
    lost = classes[ResponseClass.PD]
    return ResponseClass.SD if drawn < 1.0 - lost else ResponseClass.PD


def endpoint_probability(classes: Classes, endpoint: Endpoint) -> float:
    """True probability of an endpoint's positive class; for `four_class` that of CR or PR."""
    return sum(classes[c] for c in endpoint.positive_classes)
