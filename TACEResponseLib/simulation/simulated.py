"""What a simulated patient is, be it of CT or MR, and how the answer comes about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Literal

from TACEResponseLib.basics.terms import ImageSequence, ResponseClass
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.imaging.roi.roi_size import CONFIRMED_ABOVE_ML
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.simulation.clinical_record import clinical_record, draw_condition
from TACEResponseLib.simulation.law import (
    Law,
    MrTumorLook,
    TumorLook,
    log_odds,
    response_probability,
)
from TACEResponseLib.simulation.response import class_probabilities, drawn_class
from TACEResponseLib.simulation.streams import Stream, stream


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedTruth:
    """What is known of a simulated patient without looking at an image."""

    case_id: str
    latents: Mapping[str, float]
    """Standard normal; for MR log AFP is one of them."""
    look: TumorLook | MrTumorLook
    """The latents in their units."""
    clinical: ClinicalRecord
    probability: float
    """Of response, by the law."""
    class_probabilities: Mapping[ResponseClass, float]
    response: int
    """1 for a responder, 0 else."""
    response_class: ResponseClass
    """CR or PR for a responder, SD or PD else; what was read, where readers err."""
    calls: tuple[ResponseClass, ...] = ()
    """What each reader called, where readers err."""
    true_class: ResponseClass | None = None
    """The response itself, where readers err."""
    site: str = ""
    """Empty where there is one site."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedPatient:
    """A patient with images, ROIs, a clinical record and a known answer."""

    truth: SimulatedTruth
    images: Mapping[ImageSequence, Volume]
    roi: Roi
    """The first reader's: on CT the arterial phase, on MR the arterial phase too."""
    roi_reader2: Roi
    sequence_rois: Mapping[ImageSequence, Roi] = field(default_factory=dict)
    """The first reader's on each MR sequence."""

    @property
    def image(self) -> Volume:
        """The first image: of CT the only one."""
        return next(iter(self.images.values()))

    @property
    def case_id(self) -> str:
        """`SIM-` and the index."""
        return self.truth.case_id

    @property
    def latents(self) -> Mapping[str, float]:
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

    def to_case(self, *, reader: Literal[1, 2] = 1) -> Case:
        """The patient as scoring and training want one; the answer stays behind.

        Args:
            reader: whose ROI; the second drew on the arterial phase alone.
        """
        roi = self.roi if reader == 1 else self.roi_reader2
        return Case(
            case_id=self.case_id,
            images=dict(self.images),
            roi=roi,
            roi_choice=RoiChoice(is_large_meant=is_large(roi)),
            sequence_rois=self.sequence_rois if reader == 1 else {},
            clinical=self.truth.clinical,
        )


def is_large(roi: Roi) -> bool:
    """Whether a user would be asked if all of it is tumor, as it is here."""
    voxel_ml = prod(roi.geometry.spacing_mm) / 1000
    return int((roi.labels > 0).sum()) * voxel_ml > CONFIRMED_ABOVE_ML


def judge(
    law: Law,
    treatment: Literal["TACE", "HAIC"],
    latents: Mapping[str, float],
    look: TumorLook | MrTumorLook,
    seed: int,
    index: int,
) -> SimulatedTruth:
    """The probabilities by the law, then the response, from a stream of its own."""
    rng = stream(seed, index, Stream.CLINICAL)
    condition = draw_condition(rng)
    known = {**latents, "afp": condition.afp} if "afp" in law.coefficients else dict(latents)
    probability = response_probability(law, known, condition.findings)
    classes = class_probabilities(log_odds(law, known, condition.findings), law.response)
    drawn = stream(seed, index, Stream.RESPONSE).random()
    return SimulatedTruth(
        case_id=f"SIM-{index:06d}",
        latents=known,
        look=look,
        clinical=clinical_record(condition, look.diameter_mm, treatment, rng),
        probability=probability,
        class_probabilities=classes,
        response=int(drawn < probability),
        response_class=drawn_class(drawn, probability, classes),
    )
