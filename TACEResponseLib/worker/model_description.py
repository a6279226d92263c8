"""What the panel shows of a model, from its metadata alone."""

from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.model_words import SEQUENCE_WORDS, lesions_used, model_line
from TACEResponseLib.bundle.reading import read_identity
from TACEResponseLib.bundle.words import SIMULATED_BANNER, endpoint_phrase
from TACEResponseLib.evidence.kinds import kind_of
from TACEResponseLib.patient.context import PopulationLimits
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.worker.answers import BrokenModel, Limits, Model, Refusal, Variable


def described(path: Path) -> Model | BrokenModel:
    """A model in words, or why it can't be used."""
    try:
        metadata, sha256 = read_identity(path)
    except InputError as error:
        return BrokenModel(path=str(path), id=path.name, problem=Refusal.of(error))
    return describe_model(metadata, path=str(path), sha256=sha256)


def describe_model(metadata: BundleMetadata, *, path: str, sha256: str) -> Model:
    """A model in a radiologist's words.

    Args:
        metadata: of its bundle.
        path: where the bundle lies.
        sha256: of its files.
    """
    settings = metadata.branch_settings
    return Model(
        path=path,
        sha256=sha256,
        id=metadata.bundle_id,
        title=metadata.title,
        version=metadata.version,
        simulated=metadata.simulated,
        banner=SIMULATED_BANNER if metadata.simulated else None,
        modality=metadata.modality,
        sequences={s.value: SEQUENCE_WORDS[s] for s in metadata.sequences},
        endpoint=endpoint_phrase(metadata),
        positive_class=metadata.positive_class,
        population=metadata.population,
        limits=_limits(metadata.population_limits),
        n_training=metadata.cohorts[CohortRole.TRAINING].n,
        line=model_line(metadata),
        evidence={branch.name: kind_of(branch).words for branch in settings},
        lesions_used=lesions_used(metadata),
        has_map=any(branch.has_map for branch in settings),
        clinical=tuple(
            _variable(clinical.name, required=clinical.required)
            for clinical in metadata.clinical_inputs
        ),
    )


def _limits(limits: PopulationLimits) -> Limits:
    """On whom it was trained."""
    return Limits(
        treatments=tuple(str(treatment) for treatment in limits.treatments),
        first_treatment_only=limits.first_treatment_only,
        bclc_stages=tuple(str(stage) for stage in limits.bclc_stages),
        image_age_days=limits.image_age_days,
    )


def _variable(name: str, *, required: bool) -> Variable:
    """What a form needs of one clinical variable."""
    variable = load_schema().by_name[name]
    return Variable(
        name=variable.name,
        label=variable.label,
        type=variable.type,
        unit=variable.unit,
        units=tuple(variable.units) if variable.unit else (),
        range=variable.range or None,
        categories=tuple(variable.categories),
        required=required,
    )
