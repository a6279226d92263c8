"""A radiomics classifier from its file, tried before anybody relies on it."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.kind import unusable
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier


KERNELS = {"svm_linear": "linear", "svm_rbf": "rbf"}


class UnfitError(ValueError):
    """The classifier doesn't do what the metadata says; the message says what it does."""


def write_classifier(classifier: "Pipeline | DenseClassifier", path: Path) -> None:
    """Write a pipeline, or the weights of a dense network; same classifier, same bytes."""
    from TACEResponseLib.evidence.image_network.network import write_weights
    from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier
    from TACEResponseLib.evidence.radiomics.skops_files import write_pipeline

    if isinstance(classifier, DenseClassifier):
        write_weights(classifier.network, path)
    else:
        write_pipeline(classifier, path)


def usable_classifier(path: Path, part: RadiomicsPart, where: str) -> "Pipeline | DenseClassifier":
    """As `read_classifier`; whatever is wrong inside, the user needs one line.

    Raises: InputError.
    """
    try:
        return read_classifier(path, part, where)
    except InputError:
        raise
    except Exception as error:
        got = str(error) if isinstance(error, UnfitError) else type(error).__name__
        raise unusable(part.settings.name, got, where) from error


def read_classifier(path: Path, part: RadiomicsPart, where: str) -> "Pipeline | DenseClassifier":
    """Read a classifier and ask it about the training cohort's mean patient.

    Args:
        path: the file, verified against the bundle's list.
        part: what the metadata says of it.
        where: how the user named the bundle, for messages.
    Raises: InputError: the file is damaged or unsafe. UnfitError, or whatever scikit-learn says of
        arrays that don't fit: another classifier, other features, or an answer that is no number.
    """
    from TACEResponseLib.evidence.radiomics.classifiers import classifier_logits, contributions

    classifier = _read(path, part, where)
    _check_kind(getattr(classifier, "named_steps", {"classify": classifier})["classify"], part)
    patient = np.array(part.state.mean)
    answer = classifier_logits(classifier, patient[np.newaxis])
    added = contributions(classifier, patient)
    if answer.shape != (1,) or (added is not None and added.shape != patient.shape):
        raise UnfitError(f"outputs of shape {answer.shape}")
    if not np.isfinite(answer).all() or (added is not None and not np.isfinite(added).all()):
        raise UnfitError("outputs, none finite")
    return classifier


def _check_kind(estimator: object, part: RadiomicsPart) -> None:
    """The classifier that the settings name, of two classes."""
    from TACEResponseLib.evidence.radiomics.classifiers import class_name

    if type(estimator).__name__ != class_name(part.settings.classifier):
        raise UnfitError(f"a {type(estimator).__name__}")
    if getattr(estimator, "kernel", None) != KERNELS.get(part.settings.classifier):
        raise UnfitError("another kernel")
    outputs = len(getattr(estimator, "classes_", (0, 1)))
    if outputs != 2:
        raise UnfitError(f"{outputs} outputs")


def _read(path: Path, part: RadiomicsPart, where: str) -> "Pipeline | DenseClassifier":
    """The file by its kind."""
    if part.settings.classifier != "dnn":
        from TACEResponseLib.evidence.radiomics.skops_files import read_pipeline

        return read_pipeline(path, where)
    from TACEResponseLib.evidence.image_network.network import read_weights
    from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier, build_dense

    network = build_dense(part.settings.dense, len(part.state.feature_names))
    try:
        read_weights(network, path)
    except InputError as error:
        raise InputError(
            where, f"{path.name}: {error.rule}", got=error.got, remedy=error.remedy
        ) from error
    return DenseClassifier(network.eval())
