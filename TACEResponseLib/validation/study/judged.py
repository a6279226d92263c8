"""Whom a model is judged on, beside whom it is made for."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.population.agreement import JUDGED_APART, check_agreement
from TACEResponseLib.cohort.population.facts import TableFacts, table_facts
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.population import beyond_limits


def check_responses(bundles: Sequence[BundleMetadata], patients: Sequence[CohortPatient]) -> None:
    """Refuse patients whose response was read by another criterion than a bundle's, or endpoint.

    Raises: InputError: as said.
    """
    for metadata in bundles:
        check_agreement(
            patients, metadata.criterion, metadata.endpoint, lambda _column, _theirs: JUDGED_APART
        )


def judged_facts(metadata: BundleMetadata, patients: Sequence[CohortPatient]) -> TableFacts:
    """What the table says of the patients, beside the limits of a bundle."""
    return table_facts(
        patients,
        metadata.population_limits,
        metadata.readout_window_days,
        [variable.name for variable in metadata.clinical_inputs],
    )


def inside_limits(metadata: BundleMetadata, patients: Sequence[CohortPatient]) -> NDArray[np.bool_]:
    """Whom the table places nowhere outside the bundle's population, (n,)."""
    limits = metadata.population_limits
    return np.array([not beyond_limits(p.context or CaseContext(), limits) for p in patients])


def without_course(patient: CohortPatient) -> CohortPatient:
    """The patient with the dates alone: whom a model is made for is judged, and not refused."""
    said = patient.context
    if said is None:
        return patient
    dates = CaseContext(
        image_date=said.image_date,
        treatment_date=said.treatment_date,
        image_to_treatment_days=said.image_to_treatment_days,
    )
    return replace(patient, context=dates)
