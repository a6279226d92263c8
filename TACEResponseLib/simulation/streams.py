"""One random stream for each cause, so that one cause can change while the others stay."""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a random number is used for. Numbers never change: they are part of the seed."""

    LATENTS = 0
    RESPONSE = 1
    ANATOMY = 2
    TUMOR = 3
    SCANNER = 4
    READER = 5
    CLINICAL = 6
    SECOND_READER = 7
    SERIES_READER = 8
    SITE = 9
    CALLS = 10
    GAPS = 11
    PHASE = 12


def stream(seed: int, index: int, cause: Stream) -> np.random.Generator:
    """The generator of one cause for one patient; the same in every process and cohort size.

    Args:
        seed: of the cohort, >= 0.
        index: of the patient, >= 0.
        cause: what the numbers are for.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(index, int(cause)))
    return np.random.Generator(np.random.PCG64(sequence))
