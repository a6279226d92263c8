"""What the latents mean in an MR image; the law itself is that of `law.py`."""

from collections.abc import Mapping

import numpy as np

from TACEResponseLib.simulation.law import MrTumorLook, between, diameter
from TACEResponseLib.simulation.mr.settings import MR_LATENTS, MrTumorSettings


def draw_mr_latents(rng: np.random.Generator) -> dict[str, float]:
    """Independent standard normals, one a latent."""
    return {name: float(rng.standard_normal()) for name in MR_LATENTS}


def mr_tumor_look(latents: Mapping[str, float], settings: MrTumorSettings) -> MrTumorLook:
    """Each latent in its physical unit; strictly rising, so nothing of it is lost."""
    z = {name: settings.spread * latents[name] for name in MR_LATENTS}
    return MrTumorLook(
        diameter_mm=diameter(settings.diameter_mm, z["size"]),
        enhancement=between(settings.enhancement, z["enhancement"]),
        washout=between(settings.washout, z["washout"]),
        t2_signal=between(settings.t2_signal, z["t2_signal"]),
        rim=between(settings.rim, z["rim"]),
        necrosis_share=between(settings.necrosis_share, z["necrosis"]),
        texture=between(settings.texture, z["texture"]),
    )
