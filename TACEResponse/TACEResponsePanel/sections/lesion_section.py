"""Section Lesion: segments of a segmentation, drawn, loaded or proposed; measured live."""

from collections.abc import Sequence
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Measured, MeasuredLesion
from TACEResponseLib.worker.requests import Measure
from TACEResponsePanel.case.desk import LARGE_LESION, Desk
from TACEResponsePanel.case.gates import missingLesion
from TACEResponsePanel.process.handover import Handover
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections import tables
from TACEResponsePanel.sections.headers import showState
from TACEResponsePanel.sections.segment_drawing import Drawing
from TACEResponsePanel.sections.words import inPanelWords
from TACEResponsePanel.signal import Signal

TEN_MM = 10.0
COLUMNS = (_("Lesion"), _("Segment"), _("mL"), _("mm"), _("≥ 10 mm"), _("Used by"))
MOST_LESIONS, MOST_SEGMENTS = 6, 5


class LesionSection:
    """Chooses segments and shows what they hold."""

    def __init__(self, ui: Any, desk: Desk, client: WorkerClient, handover: Handover) -> None:
        """Connect the section's widgets."""
        self._ui, self._desk, self._client, self._handover = ui, desk, client, handover
        self.drawing = Drawing(ui, desk)
        self._shown: list[str] = []
        self._isShowing = False
        self._turn = 0
        self._note = str(ui.lesionNoteLabel.text)
        """What stands below the table while all is well."""
        self.measured: Signal[[]] = Signal()
        """The process has answered; it is well."""
        ui.loadRoiButton.clicked.connect(lambda *_v: slicer.util.openAddDataDialog())
        ui.proposeButton.clicked.connect(self._onPropose)
        tables.prepare(ui.segmentsTable, [_("Segment")], wide=0, mostRows=MOST_SEGMENTS)
        ui.segmentsTable.itemChanged.connect(self._onTick)
        tables.prepare(ui.lesionsTable, COLUMNS, wide=(1, 5), mostRows=MOST_LESIONS)
        ui.largeLesionButton.clicked.connect(self._onLarge)
        desk.changed.connect(self.refresh)
        desk.caseBegun.connect(self._onCase)

    def refresh(self) -> None:
        """Header and list of segments."""
        if self._desk.parameters is None:
            return
        self._showSegments()
        isAsked = self._desk.isLesionLarge and not self._desk.isLargeLesionMeant()
        self._ui.largeLesionButton.setVisible(isAsked)
        isReady = not missingLesion(self._desk) and bool(self._desk.lesions)
        counted = [lesion for lesion in self._desk.lesions if not lesion.is_speck]
        remark = ""
        if isReady:
            largest = counted[0].longest_axial_diameter_mm
            remark = _("{n} of them, largest {size:.0f} mm").format(n=len(counted), size=largest)
            if len(counted) == 1:
                remark = _("{size:.0f} mm").format(size=largest)
        showState(self._ui.lesionButton, _("Lesion (ROI)"), isReady, remark)

    def measure(self) -> None:
        """Have the process number and measure the lesions of the ticked segments."""
        from TACEResponseLib.basics.errors import InputError

        desk = self._desk
        if desk.parameters is None:
            return
        self._turn += 1
        self._untickRemoved()
        chosen = desk.lesionSegments()
        if not chosen:
            self._show((), "")
            return
        try:
            segments = self._handover.segments(desk.parameters.segmentation, chosen)
        except InputError as error:
            self._show((), inPanelWords(Problem.of(error)))
            return
        turn = self._turn
        content = desk.content()
        # Names stay here: the process knows segments by their number.
        names = [content.GetSegment(segmentId).GetName() for segmentId in chosen]

        def done(measured: Measured) -> None:
            if turn == self._turn:
                self._say(self._note)
                self._show(measured.lesions, "", names, isLarge=measured.is_large)
                self.measured.emit()

        def failed(problem: Problem) -> None:
            if turn == self._turn:
                isLost = self._client.generation != generation
                self._say(_("Not measured now; Score measures it.") if isLost else self._note)
                self._show((), "" if isLost else inPanelWords(problem))

        self._client.ask(Measure(segments=segments), done, failed)
        # A process that is gone by the answer has said nothing of the lesion.
        generation = self._client.generation

    def _show(
        self,
        lesions: tuple[MeasuredLesion, ...],
        problem: str,
        names: Sequence[str] = (),
        *,
        isLarge: bool = False,
    ) -> None:
        """The table of lesions, or why there is none; the names are the segments'."""
        rows = [
            (
                str(lesion.index),
                names[lesion.label - 1],
                f"{lesion.volume_ml:.2f}",
                f"{lesion.longest_axial_diameter_mm:.1f}",
                _("yes") if lesion.longest_axial_diameter_mm >= TEN_MM else _("no"),
                self._usedBy(lesion),
            )
            for lesion in lesions
        ]
        tables.fill(self._ui.lesionsTable, rows, mostRows=MOST_LESIONS)
        self._desk.setMeasured(lesions, problem, isLarge=isLarge)

    def _usedBy(self, lesion: MeasuredLesion) -> str:
        """Which evidence looks at this lesion."""
        if lesion.is_speck:
            return _("nothing: a speck, not counted")
        model = self._desk.model
        if model is None:
            return ""
        used = [
            model.evidence[name]
            for name, which in model.lesions_used.items()
            if which == "all" or (which == "largest" and lesion.index == 1)
        ]
        return ", ".join(used) or _("nothing")

    def _showSegments(self) -> None:
        """A row a segment, with a tick; rebuilt only when the segments are others."""
        content = self._desk.content()
        count = content.GetNumberOfSegments() if content else 0
        ids = [content.GetNthSegmentID(n) for n in range(count)]
        chosen = set(self._desk.lesionSegments())
        self._isShowing = True
        self._ui.segmentsTable.setRowCount(count)
        for row, segmentId in enumerate(ids):
            item = qt.QTableWidgetItem(content.GetSegment(segmentId).GetName())
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable | qt.Qt.ItemIsUserCheckable)
            item.setCheckState(qt.Qt.Checked if segmentId in chosen else qt.Qt.Unchecked)
            self._ui.segmentsTable.setItem(row, 0, item)
        tables.fit(self._ui.segmentsTable, count, mostRows=MOST_SEGMENTS)
        self._isShowing = False
        self._shown = ids

    def _onTick(self, item: Any) -> None:
        """A segment was ticked or unticked."""
        if self._isShowing or self._desk.parameters is None:
            return
        segmentId = self._shown[item.row()]
        others = [s for s in self._desk.parameters.segments if s != segmentId]
        isTicked = item.checkState() == qt.Qt.Checked
        self._desk.chooseSegments([*others, segmentId] if isTicked else others)
        self.measure()

    def _untickRemoved(self) -> None:
        """A segment that was removed is no lesion; a later one may get its id."""
        chosen = self._desk.lesionSegments()
        if set(self._desk.case.segments) - set(chosen):
            self._desk.chooseSegments(chosen)

    def _onLarge(self, *_values: object) -> None:
        """All of a large lesion is tumor."""
        self._desk.settle(LARGE_LESION, self._desk.roiDigest())

    def _onCase(self) -> None:
        """Another case: nothing is measured, and a lone segment ticks itself."""
        self._turn += 1
        tables.fill(self._ui.lesionsTable, [], mostRows=MOST_LESIONS)
        self.refresh()

    def onSegmentationChosen(self, *, isTickedYet: bool) -> None:
        """A segmentation with a single segment needs no tick by hand.

        Args:
            isTickedYet: whether the ticks are this segmentation's; else they are the last one's,
                whose segments may have the same ids.
        """
        parameters, content = self._desk.parameters, self._desk.content()
        if parameters is None:
            return
        if not isTickedYet and parameters.segments:
            self._desk.chooseSegments([])
        if content is None or self._desk.lesionSegments():
            return
        if content.GetNumberOfSegments() == 1:
            self._desk.chooseSegments([content.GetNthSegmentID(0)])

    def _onPropose(self, *_values: object) -> None:
        """Open TotalSegmentator with image and task; running it is the user's decision."""
        if not hasattr(slicer.modules, "totalsegmentator"):
            self._say(
                _(
                    "Install the extension TotalSegmentator with the Extensions Manager; it "
                    "proposes liver lesions."
                )
            )
            return
        slicer.util.selectModule("TotalSegmentator")
        widget = slicer.modules.totalsegmentator.widgetRepresentation().self()
        images = [i for i in map(self._desk.image, self._desk.sequences()) if i is not None]
        modality = self._desk.model.modality if self._desk.model else "CT"
        parameters = widget._parameterNode
        if images:
            parameters.SetNodeReferenceID("InputVolume", images[0].GetID())
        parameters.SetParameter("Task", "liver_lesions_mr" if modality == "MR" else "liver_lesions")

    def _say(self, text: str) -> None:
        """Words in the section, not a pop-up."""
        self._ui.lesionNoteLabel.setText(text)
