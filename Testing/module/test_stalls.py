"""The application stays responsive on a large image: no pause of the panel beyond 100 ms."""

import time
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case

LONGEST_PAUSE_SECONDS = 0.1
# Tests share two cores with another test process and the worker: the clock on the wall then shows
# more than the panel's own work.
LONGEST_ON_A_BUSY_MACHINE = 0.3
SIZE = (512, 512, 400)


@pytest.fixture(scope="module")
def large_case() -> Case:
    """Air round a body of 60 HU with a bright ball of 40 mm; 105 million voxels."""
    geometry = Geometry(
        size_ijk=SIZE,
        spacing_mm=(0.75, 0.75, 1.0),
        origin_lps=(-192.0, -192.0, -200.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    rng = np.random.default_rng(2)
    voxels = np.full(geometry.shape_kji, -1000, dtype=np.int16)
    noise = rng.normal(60, 12, (512, 512)).astype(np.int16)
    voxels[:, 100:420, 80:440] = noise[100:420, 80:440]
    k, j, i = np.ogrid[:400, :512, :512]
    ball = ((k - 200) ** 2 + (0.75 * (j - 260)) ** 2 + (0.75 * (i - 200)) ** 2) < 20**2
    voxels[ball] += 60
    return Case(
        case_id="large",
        images={
            ImageSequence.CT_ARTERIAL: Volume(
                voxels=voxels,
                geometry=geometry,
                source="large",
                acquisition=Acquisition(modality="CT", description="arterial", has_contrast=True),
            )
        },
        roi=Roi(labels=ball.astype(np.uint8), geometry=geometry, names=((1, "Tumor"),)),
    )


class Pauses:
    """Time that single turns of the event loop took."""

    def __init__(self, person: Any) -> None:
        self._person = person
        self.longest = self.longest_on_wall = 0.0

    def turn(self, action: Any) -> None:
        """One turn of the event loop, or one click."""
        start, wall = time.thread_time(), time.perf_counter()
        action()
        self.longest = max(self.longest, time.thread_time() - start)
        self.longest_on_wall = max(self.longest_on_wall, time.perf_counter() - wall)

    def run(self, until: Any, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while not until() and time.perf_counter() < end:
            self.turn(self._person.standins.app.processEvents)
            time.sleep(0.001)
        assert until()


@pytest.mark.slow
def test_scoring_and_editing_a_large_image_never_stall_the_panel(
    person: Any, large_case: Case
) -> None:
    import slicer

    image, segmentation = person.make_ready(large_case)
    person.pause(2.0)
    pauses = Pauses(person)
    pauses.turn(person.ui.scoreButton.click)
    pauses.run(lambda: not person.panel.bar.isScoring, 120)
    assert person.missing == ""
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image)
    mask[:200] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)
    pauses.run(lambda: person.panel.book.isOutOfDate, 20)
    pauses.run(lambda: person.panel.desk.lesions[0].volume_ml < 20, 20)
    assert pauses.longest <= LONGEST_PAUSE_SECONDS
    assert pauses.longest_on_wall <= LONGEST_ON_A_BUSY_MACHINE
