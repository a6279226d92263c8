"""The law of the second world: the first one's, and what switches make of it."""

from collections.abc import Mapping

from TACEResponseLib.simulation.law import log_odds
from TACEResponseLib.simulation.world2.settings import World2Settings
from TACEResponseLib.simulation.world2.sites import Site

ENHANCEMENT_BY_NECROSIS = -0.6
"""Log-odds that the product of both latents adds."""
SIZE_CURVE = -0.6
"""Log-odds that the square of the size, less 1, adds."""


def world2_log_odds(
    settings: World2Settings, latents: Mapping[str, float], site: Site | None
) -> float:
    """Log-odds of response.

    Args:
        settings: of the cohort.
        latents: of the patient, standard normal.
        site: where there are several.
    """
    switches = settings.switches
    if switches.null:
        return settings.law.intercept
    odds = log_odds(settings.law, latents, {})
    if switches.nonlinear_law:
        odds += ENHANCEMENT_BY_NECROSIS * latents["enhancement"] * latents["necrosis"]
        odds += SIZE_CURVE * (latents["size"] ** 2 - 1)
    return odds + (site.log_odds if site else 0.0)
