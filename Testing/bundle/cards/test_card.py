from collections.abc import Callable
from typing import Any

from TACEResponseLib.bundle import Bundle, model_card
from TACEResponseLib.bundle.metadata import ReaderAgreement
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.recipe.recipe import Difference


def test_a_card_of_simulated_patients_says_so_first(bundle: Bundle) -> None:
    first = model_card(bundle.metadata).splitlines()[0]
    assert first == "Trained on simulated patients: means nothing for a real one."


def test_a_card_of_patients_does_not(bundle: Bundle) -> None:
    card = model_card(bundle.metadata.model_copy(update={"simulated": False}))
    assert card.startswith("# A small model\n")


def test_a_card_holds_what_a_reader_must_know(bundle: Bundle) -> None:
    card = model_card(bundle.metadata)
    for words in (
        "not a medical device",
        "| Criterion | mRECIST |",
        "| Read-out | about 30 days after first TACE |",
        "this bundle keeps what its recipe wanted, and not what its patients had",
        "positive class: responder",
        "CT, ct_arterial",
        "| training | 100 | 48 | 52 | simulated |",
        "| AUC | fused | internal_test | 0.710 (0.600 to 0.800) | 50 | percentile bootstrap |",
        "| calibration slope | fused | internal_test | 0.900 (0.500 to 1.300) |",
        f"{bundle.fusion.threshold:.3f} on the calibrated probability, set on out-of-fold outputs",
        "- Anything but a test.",
        "Apache-2.0",
        "doi:10.1000/1",
        "torch 2.",
    ):
        assert words in card


def test_a_card_says_how_alike_two_readers_drew(bundle: Bundle) -> None:
    twice = ReaderAgreement(dice=0.871, n=50)
    card = model_card(bundle.metadata.model_copy(update={"readers": twice}))
    assert "Two readers drew the tumor of 50 training patients: mean Dice 0.871." in card
    assert "Two readers" not in model_card(bundle.metadata)


def test_an_empty_section_says_that_nothing_is_recorded(bundle: Bundle) -> None:
    card = model_card(bundle.metadata.model_copy(update={"metrics": ()}))
    assert "## Measured performance\n\nNothing recorded." in card


def test_departures_from_the_paper_are_told(bundle: Bundle) -> None:
    departure = Difference(topic="spacing", paper="1 mm", ours="2 mm", why="it is faster")
    card = model_card(bundle.metadata.model_copy(update={"differences": (departure,)}))
    assert "- spacing: the paper has 1 mm; here 2 mm, because it is faster." in card


def test_clinical_variables_are_told(radiomics_branch: Any, builder: Callable[..., Bundle]) -> None:
    size = ClinicalInput(name="tumor_size_cm", required=False)
    card = builder(radiomics_branch, clinical=(size,)).card
    assert "- clinical: tumor_size_cm, optional" in card
    assert "none used" not in card
