"""The field's standard terms, as types: sequences, response classes, endpoints, cohorts."""

from enum import StrEnum
from typing import Literal

Modality = Literal["CT", "MR"]
Device = Literal["auto", "cpu", "cuda"]
"""Where networks are to run; `auto` takes CUDA where there is one."""

SECOND_READER = "reader2:"
"""Begins the names of what a second reader's ROI gave, beside the first one's."""

RESEARCH_USE = "Research use only: not for offering or withholding TACE."
NOT_A_DEVICE = "Research use only, not a medical device, no treatment decision."
MAP_CAPTION = (
    "Attention map (Grad-CAM): what moved the network; not viable tumor, not feeders, "
    "not where treatment works."
)


class ImageSequence(StrEnum):
    """An image of one modality in one contrast phase or weighting."""

    CT_ARTERIAL = "ct_arterial"
    CT_PORTAL_VENOUS = "ct_portal_venous"
    CT_DELAYED = "ct_delayed"
    MR_T2 = "mr_t2"
    MR_ARTERIAL = "mr_arterial"
    MR_PORTAL_VENOUS = "mr_portal_venous"
    MR_DELAYED = "mr_delayed"
    MR_DUAL_ECHO = "mr_dual_echo"

    @property
    def modality(self) -> Modality:
        """`CT` or `MR`."""
        return "CT" if self.value.startswith("ct_") else "MR"

    @property
    def words(self) -> str:
        """As a sentence has it, `the arterial CT`: what is written names no file."""
        kind = self.value.partition("_")[2].replace("_", " ")
        written = {"t2": "T2-weighted", "dual echo": "dual-echo"}.get(kind, kind)
        return f"the {written} {self.modality}"


class ResponseClass(StrEnum):
    """Response of the target lesions by mRECIST."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"


class Endpoint(StrEnum):
    """What is predicted."""

    FOUR_CLASS = "four_class"
    OBJECTIVE_RESPONSE = "objective_response"
    DISEASE_CONTROL = "disease_control"
    PROGRESSION = "progression"
    """Disease control with the other class as the positive one."""

    @property
    def positive_classes(self) -> tuple[ResponseClass, ...]:
        """Response classes that count as 1; four classes are summed up as objective response."""
        return {
            Endpoint.FOUR_CLASS: (ResponseClass.CR, ResponseClass.PR),
            Endpoint.OBJECTIVE_RESPONSE: (ResponseClass.CR, ResponseClass.PR),
            Endpoint.DISEASE_CONTROL: (ResponseClass.CR, ResponseClass.PR, ResponseClass.SD),
            Endpoint.PROGRESSION: (ResponseClass.PD,),
        }[self]


class CohortRole(StrEnum):
    """What a patient is used for; a test cohort never shapes a model."""

    TRAINING = "training"
    TUNING = "tuning"
    INTERNAL_TEST = "internal_test"
    EXTERNAL_TEST = "external_test"


TEST_ROLES = (CohortRole.INTERNAL_TEST, CohortRole.EXTERNAL_TEST)
"""Of patients whom no fit and no choice has seen."""
