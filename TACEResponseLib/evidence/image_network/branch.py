"""The image network as a branch: patches in, probability and map out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evidence.branch import AnyBranch, BranchResult, FitContext, PatchOutput
from TACEResponseLib.evidence.image_network.attention.attention import SeenPatches, attention
from TACEResponseLib.evidence.image_network.inference import predict_patches
from TACEResponseLib.evidence.image_network.network_input import network_input, seen_plans
from TACEResponseLib.evidence.image_network.preparation import (
    PreparedPatches,
    grid_warnings,
    prepare_patches,
)
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings, ImageNetworkState
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import fit_network
from TACEResponseLib.evidence.image_network.training.held_apart import held_apart
from TACEResponseLib.evidence.image_network.training.stack import Stack
from TACEResponseLib.evidence.refits import logits_by
from TACEResponseLib.imaging.patches import PatchPlan
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.columns import (
    FusionColumn,
    encode_record,
    fit_clinical_column,
    z_scored,
)
from TACEResponseLib.patient.record import ClinicalRecord

if TYPE_CHECKING:
    from torch import nn

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
UNTOLD = ImageNetworkState()
NO_WARNINGS: tuple[CaseWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageNetworkRecipe:
    """An image network that can be trained."""

    settings: ImageNetworkSettings

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def prepare(self, case: Case) -> PreparedPatches:
        """Cut the patches of the largest lesion, or the whole slices."""
        return prepare_patches(case, self.settings)

    def from_features(self, clinical: ClinicalRecord, features: Mapping[str, float]) -> None:
        """Nothing: a network reads images."""

    def fit(
        self,
        prepared: Sequence[PreparedPatches],
        labels: Labels,
        seed: int,
        context: FitContext = FitContext(),  # noqa: B008
    ) -> "ImageNetworkBranch":
        """Train on prepared patients; every patch carries its patient's label.

        Args:
            prepared: of training patients only; read one at a time.
            labels: (n,), 0 or 1 for a network of two outputs, else indices into its classes.
            seed: of weights, order and augmentation.
            context: as `fit_network` reads it.
        Raises: InputError: a clinical variable is missing, or as `fit_network`.
        """
        settings, folder = self.settings, context.checkpoint
        apart = held_apart(np.asarray(labels), settings, seed)
        learned_from, judged_on = np.flatnonzero(~apart), np.flatnonzero(apart)
        records = [prepared[n].record for n in learned_from.tolist()] if settings.clinical else []
        columns = tuple(fit_clinical_column(v, records)[0] for v in settings.clinical)
        training = _examples(prepared, labels, learned_from, settings, columns, folder)
        tuning = None
        if judged_on.size:
            tuning = _examples(prepared, labels, judged_on, settings, columns, folder)
        fitted = fit_network(settings, training, seed, context, tuning)
        state = ImageNetworkState(
            clinical=columns,
            starting_weights=fitted.starting_weights,
            epoch=fitted.epoch,
        )
        return ImageNetworkBranch(settings, fitted.network, context.device, state)


@dataclass(frozen=True, slots=True)
class ImageNetworkBranch:
    """A trained image network."""

    settings: ImageNetworkSettings
    network: "nn.Module"
    device: str = "cpu"
    state: ImageNetworkState = UNTOLD

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def logits(self, prepared: Sequence[PreparedPatches]) -> Floats:
        """Logit of each patient's mean patch probability, (n,)."""
        positive = list(self.settings.positive)
        chances = [
            float(self._classes(self._seen(p)[0])[:, positive].sum(axis=1).mean()) for p in prepared
        ]
        return logits(chances)

    def predict(self, case: Case, refits: Sequence[AnyBranch] = ()) -> BranchResult:
        """Probability, patch outputs and saliency of one case."""
        start = perf_counter()
        settings = self.settings
        prepared = prepare_patches(case, settings)
        seen, remarks = self._seen(prepared)
        cut = perf_counter()
        classes = self._classes(seen)
        positive = classes[:, list(settings.positive)].sum(axis=1)
        answered = perf_counter()
        saliency, warnings = attention(case, self.network, settings, seen, self.device)
        probability = float(positive.mean())
        return BranchResult(
            name=self.name,
            kind="image_network",
            probability=probability,
            logit=float(logits(probability)),
            lesions=(case.largest_lesion.index,) if settings.needs_roi else (),
            class_probabilities=tuple(
                (str(name), float(p))
                for name, p in zip(settings.classes, classes.mean(axis=0), strict=True)
            ),
            patches=tuple(
                _patch_output(plan, row, float(p))
                for plan, row, p in zip(seen.plans, classes, positive, strict=True)
            ),
            saliency=saliency,
            refit_logits=logits_by(refits, prepared),
            warnings=(*grid_warnings(case, settings), *remarks, *warnings),
            seconds={
                "patches": cut - start,
                "network": answered - cut,
                "saliency": perf_counter() - answered,
            },
        )

    def _seen(self, prepared: PreparedPatches) -> tuple[SeenPatches, tuple[CaseWarning, ...]]:
        """What the network sees of a patient, and what must be said of its clinical values."""
        settings, columns = self.settings, self.state.clinical
        clinical, warnings = np.empty(0), NO_WARNINGS
        if settings.clinical:
            values, _, warnings = encode_record(settings.clinical, columns, prepared.record)
            clinical = z_scored(values, columns)
        seen = SeenPatches(
            patches=network_input(prepared.patches, settings),
            plans=seen_plans(prepared.plans, settings),
            clinical=clinical,
        )
        return seen, warnings

    def _classes(self, seen: SeenPatches) -> Floats:
        """Class probabilities of each patch, (n, classes)."""
        clinical = None
        if self.settings.clinical:
            clinical = np.tile(seen.clinical, (len(seen.patches), 1))
        return predict_patches(
            self.network,
            seen.patches,
            device=self.device,
            output=self.settings.output,
            clinical=clinical,
        )


def _examples(
    prepared: Sequence[PreparedPatches],
    labels: Labels,
    chosen: NDArray[np.intp],
    settings: ImageNetworkSettings,
    columns: Sequence[FusionColumn],
    folder: Path | None,
) -> Examples:
    """Patches of chosen patients in one array, a large one in a file; each is read once."""
    counts, rows = [], []
    with Stack(folder) as stack:
        for patient in (prepared[number] for number in chosen.tolist()):
            stack.add(patient.patches)
            counts.append(len(patient.patches))
            if columns:
                rows.append(encode_record(settings.clinical, columns, patient.record)[0])
        patches = stack.array()
    clinical = None
    if columns:
        clinical = np.repeat(z_scored(np.array(rows), columns), counts, axis=0)
    return Examples(
        patches=patches,
        labels=np.repeat(_outputs_of(np.asarray(labels)[chosen], settings), counts),
        patients=np.repeat(np.arange(chosen.size), counts),
        clinical=clinical,
    )


def _outputs_of(labels: Labels, settings: ImageNetworkSettings) -> Labels:
    """Index of the output of each label.

    Raises: ValueError: a label is no index of a class, or two outputs are not one of each kind.
    """
    n_classes = len(settings.classes)
    if labels.size and not (labels.min() >= 0 and labels.max() < n_classes):
        raise ValueError(f"labels must be 0 to {n_classes - 1}, got {np.unique(labels).tolist()}")
    if n_classes != 2:
        return labels.astype(np.int64)
    if len(settings.positive) != 1:
        raise ValueError("of two outputs one must be the positive class")
    positive = settings.positive[0]
    return np.where(labels == 1, positive, 1 - positive).astype(np.int64)


def _patch_output(plan: PatchPlan, classes: Floats, positive: float) -> PatchOutput:
    """One patch for the record."""
    middle = (np.array(plan.geometry.size_ijk) - 1) / 2
    return PatchOutput(
        slice_index=plan.slice_index,
        slice_z_mm=float(plan.geometry.to_lps(middle)[2]),
        class_probabilities=tuple(float(p) for p in classes),
        probability=positive,
    )
