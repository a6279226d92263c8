"""One simulated patient: the same seed and index give the same bytes.

The latents make the image and the true probability. The response is drawn last, from a stream
of its own: no pixel depends on it but through the probability.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.case import Case
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.simulation.anatomy import paint_anatomy
from TACEResponseLib.simulation.law import (
    TumorLook,
    draw_latents,
    response_probability,
    tumor_look,
)
from TACEResponseLib.simulation.lesions import paint_lesions
from TACEResponseLib.simulation.scanner import draw_scan, scan
from TACEResponseLib.simulation.settings import GridSettings, Latent, SimulationSettings
from TACEResponseLib.simulation.streams import Stream, stream
from TACEResponseLib.terms import ImageSequence

NAMES = ((1, "Tumor"), (2, "Satellite"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedTruth:
    """What is known of a simulated patient without looking at an image."""

    case_id: str
    latents: Mapping[Latent, float]
    """Standard normal."""
    look: TumorLook
    """The latents in their units."""
    probability: float
    """Of response, by the law."""
    response: int
    """1 for a responder, 0 else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedPatient:
    """A patient with an image, an ROI, and a known answer."""

    truth: SimulatedTruth
    image: Volume
    roi: Roi

    @property
    def case_id(self) -> str:
        """`SIM-` and the index."""
        return self.truth.case_id

    @property
    def latents(self) -> Mapping[Latent, float]:
        """What made the image and the probability, standard normal."""
        return self.truth.latents

    @property
    def probability(self) -> float:
        """The true probability of response."""
        return self.truth.probability

    @property
    def response(self) -> int:
        """1 for a responder, 0 else."""
        return self.truth.response

    def to_case(self) -> Case:
        """The patient as scoring and training want one; the answer stays behind."""
        return Case(
            case_id=self.case_id,
            images={ImageSequence.CT_ARTERIAL: self.image},
            roi=self.roi,
        )


def simulate_truth(settings: SimulationSettings, seed: int, index: int) -> SimulatedTruth:
    """Latents, probability and response alone, in microseconds.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    latents = draw_latents(stream(seed, index, Stream.LATENTS))
    probability = response_probability(settings.law, latents)
    return SimulatedTruth(
        case_id=f"SIM-{index:06d}",
        latents=latents,
        look=tumor_look(latents, settings.tumor),
        probability=probability,
        response=int(stream(seed, index, Stream.RESPONSE).random() < probability),
    )


def simulate_patient(settings: SimulationSettings, seed: int, index: int) -> SimulatedPatient:
    """A patient with an arterial-phase CT and the ROI of the tumor.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    truth = simulate_truth(settings, seed, index)
    scanner_rng = stream(seed, index, Stream.SCANNER)
    protocol = draw_scan(scanner_rng, settings.scanner)
    anatomy_rng = stream(seed, index, Stream.ANATOMY)
    anatomy = paint_anatomy(settings.grid, protocol.timing, anatomy_rng)
    labels = paint_lesions(
        anatomy,
        truth.look,
        settings,
        protocol,
        stream(seed, index, Stream.TUMOR),
        stream(seed, index, Stream.READER),
    )
    voxels = scan(anatomy.canvas, anatomy.depth, protocol, scanner_rng)
    geometry = _geometry(settings.grid, scanner_rng)
    return SimulatedPatient(
        truth=truth,
        image=Volume(
            voxels=voxels,
            geometry=geometry,
            source="simulated",
            acquisition=Acquisition(
                modality="CT", description="simulated arterial phase", has_contrast=True
            ),
        ),
        roi=Roi(
            labels=labels,
            geometry=geometry,
            names=NAMES[: int(labels.max())],
            source="simulated ROI",
        ),
    )


def _geometry(grid: GridSettings, rng: np.random.Generator) -> Geometry:
    """LPS axes; the origin is where the table stood, in halves of a mm so that files keep it."""
    origin = [
        -(n - 1) / 2 * s + shift
        for n, s, shift in zip(
            grid.size_ijk, grid.spacing_mm, (*rng.uniform(-12, 12, 2), rng.uniform(-500, 200)),
            strict=True,
        )
    ]  # fmt: skip
    x, y, z = (round(2 * o) / 2 for o in origin)
    return Geometry(
        size_ijk=grid.size_ijk,
        spacing_mm=grid.spacing_mm,
        origin_lps=(x, y, z),
        direction_lps=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    )
