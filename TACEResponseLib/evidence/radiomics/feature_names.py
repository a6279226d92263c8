"""Names of features: pyradiomics' own, with the sequence in front where a branch reads several."""

import re
from collections.abc import Mapping, Sequence
from itertools import product

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.radiomics.settings import (
    SEQUENCE_MARK,
    ExtractionSettings,
    RadiomicsSettings,
)

CLASS_WORDS: Mapping[str, str] = {"firstorder": "intensity", "shape": "shape"}
"""Families of features that have no common abbreviation."""


def qualified_name(name: str, sequence: ImageSequence, sequences: Sequence[ImageSequence]) -> str:
    """`original_glcm_Contrast`, or `mr_t2:original_glcm_Contrast` among several sequences."""
    return name if len(sequences) == 1 else f"{sequence.value}{SEQUENCE_MARK}{name}"


def names_by_sequence(
    names: Sequence[str], sequences: Sequence[ImageSequence]
) -> Mapping[ImageSequence, tuple[str, ...]]:
    """Pyradiomics' names of qualified ones, of each sequence that has any."""
    plain: dict[ImageSequence, list[str]] = {}
    for qualified in names:
        sequence, _, name = qualified.rpartition(SEQUENCE_MARK)
        plain.setdefault(ImageSequence(sequence) if sequence else sequences[0], []).append(name)
    return {s: tuple(plain[s]) for s in sequences if s in plain}


def wanted_names(settings: RadiomicsSettings) -> tuple[str, ...]:
    """Every feature that the branch computes of a training patient."""
    if settings.given:
        return settings.given
    return tuple(
        qualified_name(name, sequence, settings.sequences)
        for sequence in settings.sequences
        for name in parameter_set_names(settings.extraction)
    )


def parameter_set_names(settings: ExtractionSettings) -> tuple[str, ...]:
    """Every feature of a parameter set, in pyradiomics' order, without computing one."""
    from radiomics import getFeatureClasses

    classes = getFeatureClasses()
    names = []
    for image_type in _image_types(settings):
        for feature_class in settings.feature_classes:
            # Shape is of the mask alone.
            if feature_class == "shape" and image_type != "original":
                continue
            known = classes[feature_class].getFeatureNames()
            current = [feature for feature, is_deprecated in known.items() if not is_deprecated]
            names += [f"{image_type}_{feature_class}_{feature}" for feature in current]
    return tuple(names)


def _image_types(settings: ExtractionSettings) -> list[str]:
    """Pyradiomics' names of the filtered images."""
    by_kind = {
        "Original": ["original"],
        "LoG": [
            f"log-sigma-{str(sigma).replace('.', '-')}-mm-3D" for sigma in settings.log_sigma_mm
        ],
        "Wavelet": ["wavelet-" + "".join(bands) for bands in product("LH", repeat=3)],
    }
    return [name for kind in settings.image_types for name in by_kind[kind]]


def plain_name(qualified: str) -> str:
    """`cluster shade (GLCM)` of `original_glcm_ClusterShade`, with filter and sequence if any."""
    sequence, _, name = qualified.rpartition(SEQUENCE_MARK)
    parts = name.split("_", 2)
    if len(parts) < 3:
        return qualified
    image, feature_class, feature = parts
    words = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9D])(?=[A-Z][a-z])", " ", feature)
    family = CLASS_WORDS.get(feature_class, feature_class.upper())
    details = [family, *([image] if image != "original" else []), *([sequence] if sequence else [])]
    lower = " ".join(w if w.isupper() and len(w) > 1 else w.lower() for w in words.split())
    return f"{lower} ({', '.join(details)})"
