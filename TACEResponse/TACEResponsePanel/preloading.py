"""Imports of the library while the user is still choosing, one a timer tick.

None of them is torch, MONAI or pyradiomics; still, all at once they would hold the panel up when
the first result arrives.
"""

import importlib

import qt

MODULES = (
    "TACEResponseLib.basics.errors",
    "TACEResponseLib.worker.exchange",
    "TACEResponseLib.scene.segment_reading",
    "scipy.ndimage",
    "pydantic",
    "TACEResponseLib.patient.record",
    "TACEResponseLib.patient.case",
    "TACEResponseLib.result.record_reading",
    "TACEResponseLib.bundle.words",
    "TACEResponseLib.scene.prediction_nodes",
    "TACEResponseLib.scene.result_marks",
    "TACEResponseLib.output.case_report",
)


class Preloading:
    """Imports the list once."""

    def __init__(self) -> None:
        """Do nothing yet."""
        self._waiting = list(MODULES)
        self._timer = qt.QTimer()
        self._timer.setInterval(20)
        self._timer.timeout.connect(self._next)

    def start(self) -> None:
        """Import what hasn't been imported, in the background of the user's work."""
        if self._waiting:
            self._timer.start()

    def stop(self) -> None:
        """Import no more."""
        self._timer.stop()

    def _next(self) -> None:
        if self._waiting:
            importlib.import_module(self._waiting.pop(0))
        if not self._waiting:
            self._timer.stop()
