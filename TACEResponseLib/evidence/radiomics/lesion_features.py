"""Features of a case's lesions in every sequence of a branch."""

from collections.abc import Mapping, Sequence

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.radiomics.extraction import extract_features
from TACEResponseLib.evidence.radiomics.feature_names import names_by_sequence, qualified_name
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.evidence.stored_patient import StoredPatient
from TACEResponseLib.imaging.volume import Mask
from TACEResponseLib.patient.case import Case


def lesion_features(
    case: Case, settings: RadiomicsSettings, requested: Sequence[str] | None = None
) -> dict[str, float]:
    """Features of the scored lesions, sequence by sequence.

    Args:
        case: has every sequence of the branch.
        settings: sequences, lesions and parameter set.
        requested: qualified names to compute; `None` computes the whole set. A sequence without a
            requested feature isn't looked at.
    Returns: features by qualified name.
    Raises: InputError: an ROI is too small, or a feature has no finite value; names the sequence.
    """
    if requested is None:
        plain: dict[ImageSequence, tuple[str, ...] | None] = dict.fromkeys(settings.sequences)
    else:
        plain = dict(names_by_sequence(requested, settings.sequences))
    return {
        qualified_name(name, sequence, settings.sequences): value
        for sequence, names in plain.items()
        for name, value in _of_sequence(case, settings, sequence, names).items()
    }


def stored_features(features: Mapping[str, float]) -> StoredPatient:
    """Values as an array, their names as words."""
    values = np.array(list(features.values()), dtype=np.float64)
    return StoredPatient(arrays={"values": values}, words={"names": list(features)})


def restored_features(stored: StoredPatient) -> dict[str, float]:
    """What `stored_features` was given."""
    return dict(zip(stored.words["names"], stored.arrays["values"].tolist(), strict=True))


def scored_lesions(case: Case, settings: RadiomicsSettings) -> tuple[int, ...]:
    """Which lesions the features are of; specks never are."""
    if settings.lesion == "largest":
        return (case.largest_lesion.index,)
    return tuple(lesion.index for lesion in case.lesions if not lesion.is_speck)


def scored_mask(case: Case, settings: RadiomicsSettings, sequence: ImageSequence) -> Mask:
    """Where these lesions lie on the grid of one image."""
    return case.mask(sequence, *scored_lesions(case, settings))


def _of_sequence(
    case: Case,
    settings: RadiomicsSettings,
    sequence: ImageSequence,
    requested: tuple[str, ...] | None,
) -> dict[str, float]:
    """Features by pyradiomics' names; among several sequences, an error says which one."""
    mask = scored_mask(case, settings, sequence)
    try:
        return extract_features(case.images[sequence], mask, settings.extraction, requested)
    except InputError as error:
        if len(settings.sequences) == 1:
            raise
        raise error.at(f"{error.where} on {sequence.value}") from error
