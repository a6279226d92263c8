"""What the panel shows of a model."""

from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.worker.answers import Model
from TACEResponseLib.worker.model_description import describe_model

MODEL = "ct-radiomics-cnn-simulated"


def description(metadata: BundleMetadata) -> Model:
    return describe_model(metadata, path="model", sha256="0" * 64)


def test_a_simulated_model_alone_has_a_banner() -> None:
    metadata = read_metadata(MODEL)
    simulated = metadata.model_copy(update={"simulated": True})
    assert description(simulated).banner
    real = metadata.model_copy(update={"simulated": False})
    assert description(real).banner is None


def test_nothing_of_the_machine_room_is_in_the_words() -> None:
    model = description(read_metadata(MODEL))
    shown = " ".join([model.title, model.line, *model.evidence.values()]).lower()
    assert not any(word in shown for word in ("bundle", "branch", "recipe"))
    assert model.sequences == {"ct_arterial": "CT, arterial phase"}
