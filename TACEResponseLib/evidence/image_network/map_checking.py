"""What a training finds out of a network's attention maps: their scale, and whether they tell.

Of each fold's patients by the network that has not seen them: how large their map's largest value
is, and what deletion and insertion by the map are worth. Of the network that ships: whether its
maps survive that its weights are dealt out anew.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evidence.image_network.attention.attention import (
    Explained,
    SeenPatches,
    explained,
    maps_of_outputs,
)
from TACEResponseLib.evidence.image_network.attention.perturbation import (
    perturbation_curves,
    square_means,
)
from TACEResponseLib.evidence.image_network.attention.randomization import redrawn_resemblance
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
from TACEResponseLib.evidence.image_network.map_check import (
    LARGEST,
    Gain,
    MapCheck,
    Number,
    Redrawn,
)
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches

if TYPE_CHECKING:
    from torch import nn

Floats = NDArray[np.float64]
# Each costs some sixty passes; a large network on a CPU takes a second for one.
MOST_A_FOLD = 10
MOST_PATIENTS_REDRAWN = 20
PATCHES_AT_ONCE = 8
# Of the training patients' maxima, what is called a strong map.
STRONG = 0.9


class MapFinding(Settings):
    """Of one patient whom the network has not seen."""

    peak: Number
    """Largest raw value of the map."""
    deletion: Number
    insertion: Number
    """Logits, as `PerturbationCurves` has them; 0 of an empty map, or one beyond all bounds."""


EMPTY = MapFinding(peak=0.0, deletion=0.0, insertion=0.0)


def map_findings(
    branch: ImageNetworkBranch, prepared: Sequence[PreparedPatches], seed: int
) -> list[MapFinding]:
    """What there is to see in maps of patients whom a fit has not seen.

    Args:
        branch: of the fit.
        prepared: its held-out patients; as many as `MOST_A_FOLD` are looked at, evenly chosen.
        seed: of random orders.
    """
    rng = np.random.default_rng(seed)
    return [_finding(branch, prepared[n], rng) for n in _evenly(len(prepared), MOST_A_FOLD)]


def map_check(
    branch: ImageNetworkBranch,
    findings: Sequence[MapFinding],
    prepared: Sequence[PreparedPatches],
    seed: int,
) -> MapCheck | None:
    """What is kept in the bundle.

    Args:
        branch: that ships.
        findings: of training patients, each by a fit without the patient.
        prepared: training patients, of whom some are shown to networks without what was learned.
        seed: of the permutations.
    Returns: `None` where nothing moves the networks of hardly any patient, so that no map has a
        scale.
    """
    reference = float(np.quantile([f.peak for f in findings], STRONG)) if findings else 0.0
    if not reference > 0:
        return None
    return MapCheck(
        reference=reference,
        n=len(findings),
        deletion=_gain([f.deletion for f in findings]),
        insertion=_gain([f.insertion for f in findings]),
        redrawn=_redrawn(branch, prepared, seed),
    )


def _finding(
    branch: ImageNetworkBranch, patient: PreparedPatches, rng: np.random.Generator
) -> MapFinding:
    """Of one patient, by the patch in which the map is strongest."""
    seen = branch.seen(patient)[0]
    explanation = explained(branch.network, branch.settings, seen, branch.device)
    if not 0 < explanation.peak <= LARGEST:
        return EMPTY
    heat = _joined(explanation)
    strongest = int(heat.max(axis=(1, 2)).argmax())
    sign = -1.0 if explanation.is_against else 1.0
    positive = list(branch.settings.positive)

    def answer(patches: NDArray[np.float32]) -> Floats:
        changed = SeenPatches(patches=patches, plans=(), clinical=seen.clinical)
        return sign * np.asarray(logits(branch.classes(changed)[:, positive].sum(axis=1)))

    try:
        curves = perturbation_curves(answer, seen.patches[strongest], heat[strongest], rng)
    except InputError:
        # Few steps of training leave networks that answer patches such as no patient has with inf.
        return EMPTY
    return MapFinding(
        peak=explanation.peak, deletion=curves.deletion_gain, insertion=curves.insertion_gain
    )


def _joined(explanation: Explained) -> NDArray[np.float32]:
    """One map a patch, (n, H, W), of those of several sequences."""
    return np.asarray(np.mean(list(explanation.maps.values()), axis=0), dtype=np.float32)


def _gain(values: Sequence[float]) -> Gain:
    """Mean with its interval; a single patient tells nothing of others."""
    from scipy.special import stdtrit

    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return Gain(mean=mean, low=-LARGEST, high=LARGEST, n=n)
    half = float(stdtrit(n - 1, 0.975) * np.std(values, ddof=1) / n**0.5)
    return Gain(mean=mean, low=mean - half, high=mean + half, n=n)


def _redrawn(
    branch: ImageNetworkBranch, prepared: Sequence[PreparedPatches], seed: int
) -> tuple[Redrawn, ...]:
    """Resemblance of the network's maps with those of networks that lost what it learned."""
    chosen = _evenly(len(prepared), MOST_PATIENTS_REDRAWN)
    patients = [_middle_patch(branch.seen(prepared[n])[0]) for n in chosen]

    def maps_of(network: "nn.Module") -> Floats:
        return np.array([_signed(branch, network, seen) for seen in patients])

    def forward(network: "nn.Module") -> None:
        _answer(branch, network, patients)

    return redrawn_resemblance(branch.network, maps_of, forward, np.random.default_rng(seed))


def _middle_patch(seen: SeenPatches) -> SeenPatches:
    """One patch stands for the patient."""
    middle = len(seen.patches) // 2
    return SeenPatches(
        patches=seen.patches[middle : middle + 1],
        plans=seen.plans[middle : middle + 1],
        clinical=seen.clinical,
    )


def _signed(branch: ImageNetworkBranch, network: "nn.Module", seen: SeenPatches) -> Floats:
    """What speaks for the positive class less what speaks against it, by square, (64,)."""
    settings = branch.settings
    favoring, against = (
        np.mean(
            list(maps_of_outputs(network, settings, seen, outputs, branch.device).values()), axis=0
        )
        for outputs in (settings.positive, settings.negative)
    )
    return square_means((favoring - against)[0])


def _answer(
    branch: ImageNetworkBranch, network: "nn.Module", patients: Sequence[SeenPatches]
) -> None:
    """Have a network see all patients, no part of them alone: batches are normalized."""
    import torch

    parts = -(-len(patients) // PATCHES_AT_ONCE)
    with torch.no_grad():
        for rows in np.array_split(np.arange(len(patients)), parts):
            some = [patients[n] for n in rows]
            inputs = [torch.from_numpy(np.concatenate([s.patches for s in some]))]
            if branch.settings.clinical:
                values = np.stack([s.clinical for s in some])
                inputs.append(torch.from_numpy(values).float())
            network(*(tensor.to(branch.device) for tensor in inputs))


def _evenly(n: int, most: int) -> list[int]:
    """Up to so many of n, from the first to the last."""
    return sorted(set(np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()))
