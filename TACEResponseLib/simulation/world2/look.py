"""What latents mean in the second world, for the largest lesion and for the others."""

from collections.abc import Mapping
from math import sqrt

import numpy as np

from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.world2.numbers import size_at, value_at
from TACEResponseLib.simulation.world2.settings import LesionLookSettings

LARGEST_NECROSIS_SHARE = 0.6
LARGEST_SHARE_OF_DIAMETER = 0.95
"""Diameter of another lesion, at most."""


def lesion_look(latents: Mapping[str, float], settings: LesionLookSettings) -> TumorLook:
    """Each latent of the largest lesion in its unit, strictly rising."""
    necrosis = value_at(settings.necrosis_share, latents["necrosis"])
    return TumorLook(
        diameter_mm=size_at(settings.diameter_mm, latents["size"]),
        enhancement_hu=value_at(settings.enhancement_hu, latents["enhancement"]),
        rim_hu=value_at(settings.rim_hu, latents["rim"]),
        necrosis_share=float(np.clip(necrosis, 0, LARGEST_NECROSIS_SHARE)),
        texture_hu=max(value_at(settings.texture_hu, latents["texture"]), 0.0),
    )


def other_looks(
    latents: Mapping[str, float], settings: LesionLookSettings, rng: np.random.Generator
) -> list[TumorLook]:
    """The other lesions, smaller than the largest and like it.

    Args:
        latents: of the largest lesion.
        settings: of the lesions.
        rng: the tumor's own stream.
    """
    number = int(rng.choice(len(settings.lesion_shares), p=settings.lesion_shares))
    largest = lesion_look(latents, settings).diameter_mm
    return [_other_look(latents, largest, settings, rng) for _ in range(number)]


def _other_look(
    latents: Mapping[str, float],
    largest_mm: float,
    settings: LesionLookSettings,
    rng: np.random.Generator,
) -> TumorLook:
    """A lesion whose latents correlate with the largest one's."""
    like, own = settings.likeness, sqrt(1 - settings.likeness**2)
    drawn = {name: like * z + own * float(rng.standard_normal()) for name, z in latents.items()}
    look = lesion_look(drawn, settings)
    diameter = size_at(settings.other_diameter_mm, float(rng.standard_normal()))
    return TumorLook(
        diameter_mm=min(diameter, LARGEST_SHARE_OF_DIAMETER * largest_mm),
        enhancement_hu=look.enhancement_hu,
        rim_hu=look.rim_hu,
        necrosis_share=look.necrosis_share,
        texture_hu=look.texture_hu,
    )
