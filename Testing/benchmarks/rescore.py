"""First score, warm re-score after an edit and its contours, in the panel, on your own patient.

    python Testing/benchmarks/rescore.py IMAGE ROI

Qt is PySide6 on stand-ins; scene, process and model are the real ones. "First" begins without a
process; a user who has waited for the model to load sees "loaded".
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from TACEResponseLib.basics.terms import ImageSequence  # noqa: E402
from TACEResponseLib.imaging.files.reading import read_image  # noqa: E402
from TACEResponseLib.imaging.files.roi_reading import read_roi  # noqa: E402
from TACEResponseLib.patient.case import Case  # noqa: E402
from Testing.module.conftest import MODULE, Person  # noqa: E402
from Testing.module.screenshots import halve  # noqa: E402
from Testing.slicer_standins import install  # noqa: E402


def timed_score(person: Person) -> tuple[float, dict[str, float]]:
    """Seconds from the click to the result in the scene, and those of each stage."""
    start = time.perf_counter()
    prediction = person.score()
    whole = time.perf_counter() - start
    stages = {f"panel: {k}": v for k, v in person.panel.bar.lastSeconds.items() if k != "whole"}
    stages |= {f"process: {k}": v for k, v in prediction.seconds.items()}
    return whole, stages


def main() -> None:
    """Score, edit, score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", type=Path)
    parser.add_argument("roi", type=Path)
    options = parser.parse_args()
    image, _ = read_image(options.image, ImageSequence.CT_ARTERIAL)
    roi, _ = read_roi(options.roi, labels="all")
    case = Case(case_id="benchmark", images={ImageSequence.CT_ARTERIAL: image}, roi=roi)
    standins = install()
    standins.load_module(MODULE)
    person = Person(standins, standins.open_module("TACEResponse"))
    volume, segmentation = person.make_ready(case)
    person.panel.client.stop()
    rows: list[tuple[str, float, dict[str, float]]] = [("first", *timed_score(person))]
    rows.append(("loaded", *timed_score(person)))
    halve(segmentation, volume)
    person.wait(lambda: person.panel.book.isOutOfDate)
    rows.append(("after an edit", *timed_score(person)))
    contours = person.wait(lambda: not person.panel.contours.isTrying)
    sys.stdout.write(f"contours in the background: {contours:.2f} s more\n")
    report(rows)
    standins.uninstall()


def report(rows: list[tuple[str, float, dict[str, float]]]) -> None:
    """A column a score, a line a stage."""
    stages: dict[str, Any] = {stage: None for _, _, change in rows for stage in change}
    lines = [f"{'seconds':40s}" + "".join(f"{name:>16s}" for name, _, _ in rows)]
    for stage in stages:
        lines.append(
            f"{stage:40s}" + "".join(f"{change.get(stage, 0):16.3f}" for *_, change in rows)
        )
    lines.append(f"{'click to result':40s}" + "".join(f"{whole:16.3f}" for _, whole, _ in rows))
    lines.append(f"the first takes {rows[0][1] / rows[2][1]:.1f} times as long as a warm re-score")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
