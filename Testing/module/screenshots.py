"""Pictures of the panel in each state, made from the real program: `make screenshots`.

Writes docs/panel-*.png. Qt is PySide6 on stand-ins; scene, process and model are the real ones.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from TACEResponseLib.simulation.patient import simulate_patient  # noqa: E402
from TACEResponseLib.simulation.settings import SimulationSettings  # noqa: E402
from Testing.module.conftest import MODULE, Person, clinical_model  # noqa: E402
from Testing.slicer_standins import install  # noqa: E402
from Testing.slicer_standins.module_panel import ABOVE_PX, HELP_PX, PROBE_PX, STATUS_PX  # noqa: E402

# The column of a module is as narrow in Slicer, a usual screen higher than the smallest.
WIDTH, HEIGHT = 1366, 640
SECTIONS = ("modelButton", "imagesButton", "lesionButton", "clinicalButton", "resultButton")


class Camera:
    """Takes pictures of one panel."""

    def __init__(self, person: Person, folder: Path) -> None:
        self._person, self._folder = person, folder
        self._window = person.standins.main_window

    def take(self, name: str, *, show: str = "", height: int = HEIGHT) -> None:
        """Picture of the panel with one section scrolled to its top."""
        self._window.resize(WIDTH, height + ABOVE_PX + HELP_PX + PROBE_PX + STATUS_PX)
        self._window.show()
        self._person.pause(0.3)
        area = self._person.ui.sectionsArea
        place = getattr(self._person.ui, show).y if show else 0
        area.verticalScrollBar().setValue(place)
        self._person.pause(0.1)
        path = self._folder / f"panel-{name}.png"
        self._person.widget.parent.grab().save(str(path))
        print(path)  # noqa: T201


def states(person: Person, camera: Camera, models: Path) -> None:
    """Walk through the states as a radiologist would."""
    case = simulate_patient(SimulationSettings(), 2, 0).to_case()
    person.wait(lambda: person.panel.desk.model is not None)
    person.pause(1.0)
    camera.take("empty")
    image, segmentation = person.load_patient(case)
    person.choose_model()
    camera.take("unconfirmed")
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    person.ui.caseIdEdit.setText("P001")
    person.wait(lambda: person.panel.desk.lesions)
    camera.take("ready", height=900)
    person.ui.scoreButton.click()
    camera.take("scoring")
    person.wait(lambda: not person.panel.bar.isScoring)
    camera.take("result", show="resultButton", height=900)
    halve(segmentation, image)
    person.wait(lambda: person.panel.book.isOutOfDate)
    person.pause(0.5)
    camera.take("out-of-date", show="resultButton")
    person.score()
    camera.take("scored-again", show="resultButton", height=1150)
    person.ui.newCaseButton.click()
    person.panel.model.openModel(str(clinical_model(models / "with-clinical-data")))
    person.wait(lambda: person.panel.desk.model and person.panel.desk.model.clinical)
    fields = person.panel.clinical._rows
    fields["albumin_g_per_l"].edit.setText("4.2")
    fields["albumin_g_per_l"].unit.setCurrentIndex(1)
    fields["bilirubin_umol_per_l"].edit.setText("1.2")
    person.pause(1.5)
    camera.take("clinical", show="clinicalButton")


def halve(segmentation: Any, image: Any) -> None:
    """Erase the lower half of the tumor."""
    import slicer

    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image)
    slices = mask.any(axis=(1, 2)).nonzero()[0]
    mask[: slices[slices.size // 2]] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)


def main() -> None:
    """Take every picture."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    standins = install()
    standins.load_module(MODULE)
    person = Person(standins, standins.open_module("TACEResponse"))
    with tempfile.TemporaryDirectory() as models:
        states(person, Camera(person, options.folder), Path(models))
    standins.uninstall()


if __name__ == "__main__":
    main()
