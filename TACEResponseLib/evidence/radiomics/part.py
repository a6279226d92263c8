"""What a bundle's metadata says of radiomics evidence."""

from typing import Literal

from pydantic import model_validator

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.part import EvidencePart, LesionFeature
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.evidence.radiomics.state import RadiomicsState

# Features named in a model card.
MOST_NAMED = 30
# Neighbors and support vectors are patients.
KEEPS_PATIENTS = ("knn", "svm_linear", "svm_rbf")


class RadiomicsPart(EvidencePart):
    """A radiomics classifier of the bundle, which lies beside; a network's weights as such."""

    kind: Literal["radiomics"] = "radiomics"
    settings: RadiomicsSettings
    state: RadiomicsState
    """Features and their training ranges."""

    @model_validator(mode="after")
    def _ranges_are_ranges(self) -> "RadiomicsPart":
        state = self.state
        ranges = zip(state.minimum, state.mean, state.maximum, state.sd, strict=True)
        for name, (low, mean, high, sd) in zip(state.feature_names, ranges, strict=True):
            slack = 1e-9 * max(abs(low), abs(high))
            if not (low - slack <= mean <= high + slack and sd > 0):
                raise ValueError(f"minimum <= mean <= maximum and sd > 0 must hold for {name}")
        if not state.feature_names:
            raise ValueError("at least one feature is needed")
        self.settings.check_names(state.feature_names)
        return self

    @property
    def file(self) -> str:
        """Path of the classifier inside the bundle."""
        suffix = "safetensors" if self.settings.classifier == "dnn" else "skops"
        return f"models/{self.settings.name}.{suffix}"

    @property
    def card_lines(self) -> list[str]:
        """Classifier and features, what was odd in training, and whether it keeps patients."""
        settings, names = self.settings, self.state.feature_names
        shown = ", ".join(names[:MOST_NAMED]) + (" ..." if names[MOST_NAMED:] else "")
        read = ", ".join(sequence.value for sequence in settings.sequences)
        lines = [
            f"- {settings.name}: {settings.classifier} classifier of {len(names)} radiomics "
            f"features of {read} (`{self.file}`): {shown}"
        ]
        if settings.classifier in KEEPS_PATIENTS:
            lines.append(
                "  - Its file holds these features of training patients, without their names."
            )
        return lines + [f"  - {remark}" for remark in self.state.remarks]

    @property
    def lesion_features(self) -> tuple[LesionFeature, ...]:
        """The selected features."""
        state = self.state
        numbers = zip(state.mean, state.sd, state.minimum, state.maximum, strict=True)
        return tuple(
            LesionFeature(
                branch=self.settings.name,
                name=name,
                mean=mean,
                sd=sd,
                minimum=low,
                maximum=high,
                icc=self.settings.icc,
            )
            for name, (mean, sd, low, high) in zip(state.feature_names, numbers, strict=True)
        )

    def check_up_to_date(self, where: str) -> None:
        """Refuse a classifier of features of other gray levels; a default would mislead it."""
        if not {"lowest", "lowest_filtered"} <= self.settings.extraction.model_fields_set:
            raise InputError(
                where,
                f"branch {self.settings.name} must say where its gray levels begin (lowest and "
                "lowest_filtered of its extraction)",
                got="neither, as in bundles of earlier programs, whose features were other numbers",
                remedy="train the model anew with this program",
            )
