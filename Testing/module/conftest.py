"""The panel on stand-ins of Qt, with the real MRML scene, the real process and the real model."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("PySide6", reason="PySide6 is not installed")

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.patient.case import Case
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.worker.messages import Ask, from_line, to_line
from Testing.slicer_standins import Standins, install

MODULE = Path(__file__).resolve().parents[2] / "TACEResponse" / "TACEResponse.py"
PATIENCE_SECONDS = 90.0
SEQUENCE = "ct_arterial"


class Person:
    """Uses the panel as a person would: chooses, types, clicks, and waits for what it shows."""

    def __init__(self, standins: Standins, widget: Any) -> None:
        self.standins, self.widget = standins, widget
        self.panel, self.ui = widget.panel, widget.ui
        self.sent: list[Ask[Any]] = []
        """Requests that the process was sent in this test."""

    @property
    def missing(self) -> str:
        """The words beside the Score button."""
        return str(self.ui.missingLabel.text)

    def wait(self, until: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> float:
        """Let the application run until something holds; the seconds that took."""
        start = time.perf_counter()
        while not until():
            taken = time.perf_counter() - start
            assert taken < seconds, f"waited in vain; the panel says: {self.missing}"
            self.standins.app.processEvents()
            time.sleep(0.01)
        return time.perf_counter() - start

    def pause(self, seconds: float) -> None:
        """Let the application run for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.standins.app.processEvents()
            time.sleep(0.01)

    def load_patient(self, case: Case) -> tuple[Any, Any]:
        """Load image and lesion, as from files."""
        from TACEResponseLib.scene.case_nodes import case_to_nodes

        nodes = case_to_nodes(self.standins.scene, case)
        return next(iter(nodes.volumes.values())), nodes.segmentation

    def choose_model(self, title: str = "Radiomics and a convolutional network") -> None:
        """Choose a model from the list by the beginning of its title."""
        self.wait(lambda: self.ui.modelCombo.count > 1)
        texts = [self.ui.modelCombo.itemText(n) for n in range(self.ui.modelCombo.count)]
        self.ui.modelCombo.setCurrentIndex(
            next(n for n, text in enumerate(texts) if text.startswith(title))
        )

    def row(self, sequence: str = SEQUENCE) -> Any:
        """The row of one phase."""
        return next(row for row in self.panel.images._rows if row.sequence == sequence)

    def choose_image(self, node: Any, sequence: str = SEQUENCE) -> None:
        """Choose an image in its selector, which goes back to the last one while it asks."""
        self.row(sequence).selector.setCurrentNode(node)

    def tick_phase(self, sequence: str = SEQUENCE) -> None:
        """Say that the phase is right."""
        if not self.row(sequence).tick.checked:
            self.row(sequence).tick.click()

    def choose_lesion(self, segmentation: Any) -> None:
        """Choose the segmentation; a lone segment ticks itself."""
        self.standins.choose_node(self.ui.segmentationCombo, segmentation)

    def answer_context(self) -> None:
        """Type the date and choose treatment and stage, as the model's patients had them."""
        self.ui.imageDateEdit.setText(time.strftime("%Y-%m-%d"))
        self.ui.imageDateEdit.textEdited.emit(self.ui.imageDateEdit.text)
        for combo, choice in (
            (self.ui.treatmentCombo, "cTACE"),
            (self.ui.firstTreatmentCombo, "yes"),
            (self.ui.bclcCombo, "B"),
        ):
            combo.setCurrentIndex(combo.findText(choice))

    def make_ready(self, case: Case) -> tuple[Any, Any]:
        """Do everything up to the Score button."""
        image, segmentation = self.load_patient(case)
        self.choose_model()
        self.choose_image(image)
        self.tick_phase()
        self.choose_lesion(segmentation)
        self.answer_context()
        self.wait(lambda: self.panel.desk.lesions)
        assert self.missing == ""
        return image, segmentation

    def score(self) -> Any:
        """Press Score and wait for the result."""
        self.ui.scoreButton.click()
        assert self.panel.bar.isScoring
        self.wait(lambda: not self.panel.bar.isScoring)
        assert self.missing == ""
        return self.panel.book.prediction


@pytest.fixture(scope="module")
def installed() -> Iterator[Standins]:
    standins = install()
    yield standins
    standins.uninstall()
    for name in [n for n in sys.modules if n.partition(".")[0] == "TACEResponsePanel"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def opened(installed: Standins) -> Iterator[Person]:
    """The module, opened once; its process stays warm from test to test."""
    installed.load_module(MODULE)
    person = Person(installed, installed.open_module("TACEResponse"))
    yield person
    person.widget.cleanup()


@pytest.fixture
def escaped() -> Iterator[list[str]]:
    """Errors that left an observer or a slot, where VTK and Qt only print them."""
    errors: list[str] = []
    before = sys.excepthook
    sys.excepthook = lambda kind, value, _trace: errors.append(f"{kind.__name__}: {value}"[:300])
    yield errors
    sys.excepthook = before
    assert errors == [], "Slicer would have shown an error"


def refusals(requests: list[Ask[Any]]) -> list[str]:
    """Why the process would refuse some of these requests."""
    refused = []
    for ask in requests:
        try:
            assert from_line(to_line(ask)) == ask
        except InputError as error:
            refused.append(str(error))
    return refused


@pytest.fixture
def person(
    opened: Person,
    escaped: list[str],  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Person]:
    """Somebody in front of an empty scene; nothing that they do may raise or be refused."""
    kind = type(opened.panel.client)
    write = kind._write

    def written(client: Any, ask: Ask[Any]) -> None:
        write(client, ask)
        opened.sent.append(ask)

    monkeypatch.setattr(kind, "_write", written)
    opened.sent.clear()
    yield opened
    sent, opened.sent[:] = list(opened.sent), []
    assert refusals(sent) == []
    opened.standins.set_testing(False)
    opened.standins.scene.Clear(0)
    opened.pause(0.02)
    opened.standins.user.displayed.clear()
    opened.standins.user.answers.clear()
    opened.standins.opened.clear()
    faults, opened.standins.faults[:] = list(opened.standins.faults), []
    assert faults == [], "Slicer would have ended, or shown a stray window"


@pytest.fixture(scope="session")
def patient() -> Case:
    return simulate_patient(SimulationSettings(), 2, 0).to_case()


@pytest.fixture(scope="session")
def other_patient() -> Case:
    return simulate_patient(SimulationSettings(), 2, 1).to_case()


def clinical_model(folder: Path) -> Path:
    """A model of the shipped evidence and five clinical variables; said to be of patients."""
    import numpy as np

    from TACEResponseLib.bundle import Bundle, load_bundle, save_bundle
    from TACEResponseLib.bundle.cards.card import model_card
    from TACEResponseLib.fusion.fusion import FusionSettings
    from TACEResponseLib.patient.columns import ClinicalInput
    from TACEResponseLib.patient.record import ClinicalRecord
    from Testing.fusion.fixed_outputs import fit_fixed

    shipped = load_bundle("ct-radiomics-cnn-simulated")
    clinical = (
        ClinicalInput(name="albumin_g_per_l"),
        ClinicalInput(name="bilirubin_umol_per_l"),
        ClinicalInput(name="age_years", required=False),
        ClinicalInput(
            name="sex", transform="codes", codes={"M": 1.0, "F": 0.0}, required=False, impute="mode"
        ),
        ClinicalInput(name="hypertension", transform="yes_no", required=False, impute="mode"),
    )
    rng = np.random.default_rng(4)
    records = [
        ClinicalRecord(
            values={
                "albumin_g_per_l": float(rng.uniform(30, 48)),
                "bilirubin_umol_per_l": float(rng.uniform(6, 40)),
                "age_years": float(rng.uniform(40, 80)),
                "sex": "MF"[i % 2],
                "hypertension": bool(i % 3),
            }
        )
        for i in range(120)
    ]
    logits = {name: rng.normal(size=120) for name in shipped.metadata.branch_names}
    labels = (logits["cnn"] + logits["radiomics"] + rng.normal(0, 1, 120) > 0).astype(int)
    settings = FusionSettings(n_bootstrap=40, clinical=clinical)
    fusion = fit_fixed(settings, logits, records, labels, seed=1)
    metadata = shipped.metadata.model_copy(
        update={
            "bundle_id": "with-clinical-data",
            "title": "A model with clinical data",
            "simulated": False,
            "fusion": fusion.settings,
            "threshold": fusion.threshold,
            "threshold_set_on": fusion.threshold_set_on,
        }
    )
    bundle = Bundle(
        metadata=metadata, branches=shipped.branches, fusion=fusion, card=model_card(metadata)
    )
    save_bundle(bundle, folder)
    return folder


@pytest.fixture(scope="session")
def with_clinical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clinical_model(tmp_path_factory.mktemp("models") / "with-clinical-data")
