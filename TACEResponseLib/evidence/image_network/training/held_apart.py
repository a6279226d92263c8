"""Patients of a fit whom its steps leave out, to choose an epoch on.

They are the fit's own: those who choose among candidates, or are asked out of fold, have no part in
it, or an epoch that happened to suit them would be taken for skill.
"""

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings

SHARE = 0.2

Labels = NDArray[np.int64]


def held_apart(
    labels: Labels,
    settings: ImageNetworkSettings,
    seed: int,
    patients: NDArray[np.int64] | None = None,
) -> NDArray[np.bool_]:
    """Who is held apart, (n,): a fifth of each class that has two patients, at least one.

    Args:
        labels: (n,), 0 or 1 for a network of two outputs, else indices into its classes.
        settings: nobody is held apart where the epoch is not chosen.
        seed: of the draw.
        patients: (n,), patient of each row, who is held apart as a whole and drawn by the label of
            the first; each row its own patient if not given.
    Returns: nobody as well where the positive class or the rest would not be among them.
    """
    if patients is not None:
        _, first, own = np.unique(patients, return_index=True, return_inverse=True)
        return np.asarray(held_apart(labels[first], settings, seed)[own])
    apart = np.zeros(labels.size, dtype=np.bool_)
    if not settings.chooses_epoch:
        return apart
    rng = np.random.default_rng(seed)
    for label in np.unique(labels):
        of_class = rng.permutation(np.flatnonzero(labels == label))
        drawn = max(1, round(SHARE * of_class.size)) if of_class.size > 1 else 0
        apart[of_class[:drawn]] = True
    positive = settings.positive if settings.response_classes else (1,)
    is_positive = np.isin(labels[apart], positive)
    is_mixed = is_positive.any() and not is_positive.all()
    return apart if is_mixed else np.zeros_like(apart)
