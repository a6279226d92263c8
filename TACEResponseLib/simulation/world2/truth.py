"""What is true of a patient of the second world, and what the table says of it."""

from dataclasses import replace

from scipy.special import expit

from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.simulation.clinical_record import (
    NOT_ALWAYS_MEASURED,
    clinical_record,
    draw_condition,
)
from TACEResponseLib.simulation.law import draw_latents
from TACEResponseLib.simulation.response import class_probabilities, drawn_class
from TACEResponseLib.simulation.simulated import SimulatedTruth
from TACEResponseLib.simulation.streams import Stream, stream
from TACEResponseLib.simulation.world2.calls import reader_calls
from TACEResponseLib.simulation.world2.look import lesion_look, other_looks
from TACEResponseLib.simulation.world2.odds import world2_log_odds
from TACEResponseLib.simulation.world2.settings import World2Settings
from TACEResponseLib.simulation.world2.sites import draw_site

MARKERS = (*NOT_ALWAYS_MEASURED, "afp_ng_per_ml")
GAP_SHARE = {True: 0.05, False: 0.35}
"""Of markers that lack in those who respond and in the others, where gaps tell."""


def simulate_world2_truth(settings: World2Settings, seed: int, index: int) -> SimulatedTruth:
    """Latents, probabilities, clinical record and response alone, in microseconds.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    latents = draw_latents(stream(seed, index, Stream.LATENTS))
    look = lesion_look(latents, settings.lesion)
    site = draw_site(settings.switches.site_shift, seed, index)
    odds = world2_log_odds(settings, latents, site)
    probability = float(expit(odds))
    classes = class_probabilities(odds, settings.law.response)
    drawn = stream(seed, index, Stream.RESPONSE).random()
    true_class = drawn_class(drawn, probability, classes)
    others = other_looks(latents, settings.lesion, stream(seed, index, Stream.TUMOR))
    rng = stream(seed, index, Stream.CLINICAL)
    record = clinical_record(
        draw_condition(rng), look.diameter_mm, settings.treatment, rng, 1 + len(others)
    )
    if settings.switches.informative_missingness:
        record = _with_gaps(record, drawn < probability, seed, index)
    truth = SimulatedTruth(
        case_id=f"SIM-{index:06d}",
        latents=latents,
        look=look,
        clinical=record,
        probability=probability,
        class_probabilities=classes,
        response=int(drawn < probability),
        response_class=true_class,
        site=site.name if site else "",
    )
    return _as_read(truth, settings, seed, index)


def _with_gaps(record: ClinicalRecord, responds: bool, seed: int, index: int) -> ClinicalRecord:
    """Markers lack, more often in those who do not respond."""
    rng = stream(seed, index, Stream.GAPS)
    lacks = {name for name in MARKERS if rng.random() < GAP_SHARE[responds]}
    return ClinicalRecord(
        values={name: value for name, value in record.values.items() if name not in lacks}
    )


def _as_read(
    truth: SimulatedTruth, settings: World2Settings, seed: int, index: int
) -> SimulatedTruth:
    """The response as the first reader calls it, where readers err."""
    if settings.switches.reader_kappa == 1:
        return truth
    calls = reader_calls(truth.response_class, settings, stream(seed, index, Stream.CALLS))
    return replace(
        truth,
        response=int(calls[0] in Endpoint.OBJECTIVE_RESPONSE.positive_classes),
        response_class=calls[0],
        calls=calls,
        true_class=truth.response_class,
    )
