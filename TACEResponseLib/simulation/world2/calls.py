"""What readers call a response: each errs on an own account.

A reader sees the response with probability 1 - m, and else calls a class at random, as often as
patients have it. Two such readers agree beyond chance with a kappa of exactly (1 - m)^2, on the
four classes and on CR or PR against the rest; the shares of the classes stay. (AUC - .5) of any
score against one reader's calls is 1 - m times that against the response.
"""

from functools import lru_cache
from math import sqrt

import numpy as np

from TACEResponseLib.basics.terms import ResponseClass
from TACEResponseLib.simulation.law import draw_latents
from TACEResponseLib.simulation.response import class_probabilities
from TACEResponseLib.simulation.world2.odds import world2_log_odds
from TACEResponseLib.simulation.world2.settings import World2Settings
from TACEResponseLib.simulation.world2.sites import SITES, scaled

DRAWS, DRAWS_SEED = 4000, 0
"""For the shares of the classes, to within a point."""


def reader_calls(
    true_class: ResponseClass, settings: World2Settings, rng: np.random.Generator
) -> tuple[ResponseClass, ResponseClass]:
    """The calls of two readers.

    Args:
        true_class: the response.
        settings: whose `reader_kappa` says how well they agree.
        rng: the readers' own stream.
    """
    missed = 1 - sqrt(settings.switches.reader_kappa)
    classes, shares = list(ResponseClass), class_shares(settings)
    first, second = (
        classes[int(rng.choice(len(classes), p=shares))] if rng.random() < missed else true_class
        for _ in range(2)
    )
    return first, second


@lru_cache(maxsize=8)
def class_shares(settings: World2Settings) -> tuple[float, ...]:
    """Of patients who have each class, best response first."""
    rng = np.random.default_rng(DRAWS_SEED)
    shift = settings.switches.site_shift
    sites = [scaled(site, shift) for site in SITES] if shift else [None]
    total = np.zeros(len(ResponseClass))
    for draw in range(DRAWS):
        odds = world2_log_odds(settings, draw_latents(rng), sites[draw % len(sites)])
        total += list(class_probabilities(odds, settings.law.response).values())
    return tuple(float(share) for share in total / total.sum())
