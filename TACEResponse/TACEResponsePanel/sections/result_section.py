"""Section Result: warnings first, then the estimate, its evidence, its history, its report."""

import html
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Reported, Variable
from TACEResponseLib.worker.requests import Report
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.dicom_facts import dicomFacts
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections import tables
from TACEResponsePanel.sections.headers import showState
from TACEResponsePanel.sections.words import inPanelWords, inReadersTerms, withLabels

if TYPE_CHECKING:
    from TACEResponseLib.basics.case_warning import CaseWarning
    from TACEResponseLib.result.prediction import Prediction

EVIDENCE = (_("Evidence"), _("Probability"), _("Lesions"))
CONTRIBUTIONS = (_("Feature"), _("Adds (logit)"), _("z-score"), _("Value"))
HISTORY = (_("Score"), _("Time"), _("mL"), _("Probability"))


class ResultSection:
    """Shows what the book holds."""

    def __init__(self, ui: Any, desk: Desk, book: ResultBook, client: WorkerClient) -> None:
        """Connect the section's widgets."""
        self._ui, self._desk, self._book, self._client = ui, desk, book, client
        self._reported: Prediction | None = None
        """The result that the line on the report is of."""
        tables.prepare(ui.evidenceTable, EVIDENCE, wide=0, mostRows=6)
        tables.prepare(ui.contributionsTable, CONTRIBUTIONS, wide=0, mostRows=7)
        tables.prepare(ui.historyTable, HISTORY, wide=0, mostRows=6)
        ui.plotButton.clicked.connect(self._onPlot)
        ui.tablesButton.clicked.connect(self._onTables)
        ui.reportButton.clicked.connect(self._onReport)
        book.changed.connect(self.refresh)
        # The banner stands with the model, or with the result where no model is chosen.
        desk.modelChanged.connect(self.refresh)

    def refresh(self) -> None:
        """Everything, or the remark that there is nothing yet."""
        ui, prediction = self._ui, self._book.prediction
        has = prediction is not None
        if prediction is not self._reported:
            self._sayOfReport(prediction, "")
        remark = _("out of date") if has and self._book.isOutOfDate else ""
        showState(ui.resultButton, _("Result"), has and not self._book.isOutOfDate, remark)
        for widget in (
            ui.evidenceTable,
            ui.contributionsTable,
            ui.historyTable,
            ui.plotButton,
            ui.tablesButton,
            ui.reportButton,
            ui.identityCheck,
            ui.historyLabel,
            ui.reportLabel,
        ):
            widget.setVisible(has)
        self._showTexts(prediction)
        if prediction is not None:
            ui.resultButton.collapsed = False
            self._showTables(prediction)
        # What is out of date must not be handed on as a result.
        ui.reportButton.setEnabled(has and not self._book.isOutOfDate)
        ui.plotButton.setEnabled(self._book.node("plot_chart") is not None)
        ui.tablesButton.setEnabled(self._book.node("summary") is not None)

    def writeReport(self, folder: Path) -> None:
        """Have the process write the report into a new folder."""
        prediction = self._book.prediction
        if prediction is None:
            return
        request = Report(
            case_id=prediction.case_id,
            digest=self._book.digest,
            folder=str(folder),
            history=self._book.history,
            identity=self._identity(),
        )
        self._sayOfReport(prediction, _("Writing the report"))
        self._client.ask(
            request,
            lambda reported: self._onAnswer(prediction, _written(reported)),
            lambda problem: self._onAnswer(prediction, inPanelWords(problem)),
        )

    def _showTexts(self, prediction: "Prediction | None") -> None:
        """Banner, warnings, sentence, call, lesion."""
        ui = self._ui
        texts = ("", "", "", "", "")
        if prediction is not None:
            from TACEResponseLib.output.case_report import scored_lesion

            banner = prediction.simulated_banner or ""
            warnings = "\n".join(f"! {self._inWords(w)}" for w in prediction.warnings)
            sentence = f"{prediction.sentence} {prediction.performance_sentence}"
            result = f"<b>{html.escape(sentence)}</b>"
            if self._book.isOutOfDate:
                note = html.escape(f"{self._book.reason} {_('Score again.')}")
                result = f"<s>{html.escape(sentence)}</s><br><b>{note}</b>"
            texts = (
                "" if self._desk.model and self._desk.model.banner else banner,
                warnings,
                result,
                prediction.answer_sentence,
                f"{scored_lesion(prediction)}.",
            )
        labels = (
            ui.resultBannerLabel,
            ui.warningsLabel,
            ui.resultLabel,
            ui.callLabel,
            ui.scoredLabel,
        )
        for label, text in zip(labels, texts, strict=True):
            # A number and its percent sign stay on one line.
            label.setText(text.replace(" %", "\u00a0%"))
            label.setVisible(bool(text))
        ui.differenceLabel.setText(self._book.difference)
        ui.differenceLabel.setVisible(bool(self._book.difference))

    def _showTables(self, prediction: "Prediction") -> None:
        """Evidence, contributions, history."""
        from TACEResponseLib.bundle.words import percent
        from TACEResponseLib.output.case_report import CaseHistory, HistoryEntry

        kinds = self._desk.model.evidence if self._desk.model else {}
        evidence = [
            (kinds.get(b.name, b.name), f"{b.probability:.3f}", ", ".join(map(str, b.lesions)))
            for b in prediction.branches
        ]
        features = [f for branch in prediction.branches for f in branch.features]
        features.sort(key=lambda feature: -abs(feature.contribution or 0.0))
        contributions = [
            (
                withLabels(f.name, self._variables()),
                "" if f.contribution is None else f"{f.contribution:+.3f}",
                f"{f.z_score:+.2f}",
                f"{f.value:.4g}",
            )
            for f in features
        ]
        history = self._book.history
        scores = [
            (
                f"{n}{_(' (first)') if n == 1 else ''}",
                entry.time[:16],
                f"{entry.volume_ml:.2f}",
                percent(entry.probability),
            )
            for n, entry in enumerate(history, start=1)
        ]
        tables.fill(self._ui.evidenceTable, evidence, mostRows=6)
        tables.fill(self._ui.contributionsTable, contributions, mostRows=7)
        tables.fill(self._ui.historyTable, scores, mostRows=6)
        self._ui.historyLabel.setText(
            CaseHistory(tuple(HistoryEntry(**asdict(entry)) for entry in history)).sentence
        )

    def _inWords(self, warning: "CaseWarning") -> str:
        """A warning as the reader's form names things."""
        text = inReadersTerms(warning.message)
        isClinical = warning.code.startswith("clinical_")
        return withLabels(text, self._variables()) if isClinical else text

    def _variables(self) -> tuple[Variable, ...]:
        """What the model's form asks for."""
        return self._desk.model.clinical if self._desk.model else ()

    def _identity(self) -> str | None:
        """Name and number from DICOM, if the user ticked it."""
        if not self._desk.case.identityInReport:
            return None
        facts = [dicomFacts(image) for image in self._desk.images().values()]
        words = [f"{f.patientName} ({f.patientId})" for f in facts if f.patientId]
        return words[0] if words else None

    def _onPlot(self, *_values: object) -> None:
        """Show the bars; the layout changes because the user asks for it."""
        chart = self._book.node("plot_chart")
        if chart is not None and slicer.app.layoutManager() is not None:
            slicer.modules.plots.logic().ShowChartInLayout(chart)

    def _onTables(self, *_values: object) -> None:
        """Show the summary in a layout with a table."""
        summary = self._book.node("summary")
        layouts = slicer.app.layoutManager()
        if summary is None or layouts is None:
            return
        layouts.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpTableView)
        slicer.app.applicationLogic().GetSelectionNode().SetActiveTableID(summary.GetID())
        slicer.app.applicationLogic().PropagateTableSelection()

    def _onReport(self, *_values: object) -> None:
        """Ask for a folder; the report's own folder is made in it."""
        parent = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Folder in which the report's folder is made")
        )
        prediction = self._book.prediction
        if parent and prediction is not None:
            from TACEResponseLib.basics.ids import suggested

            # A scene may have been made elsewhere, and hold any name.
            stem = f"{suggested(prediction.case_id)} report"
            self.writeReport(_unused(Path(str(parent)), stem))

    def _onAnswer(self, prediction: "Prediction", words: str) -> None:
        """Say where the report is or why there is none, unless another result is shown by now."""
        if prediction is self._book.prediction:
            self._sayOfReport(prediction, words)

    def _sayOfReport(self, prediction: "Prediction | None", words: str) -> None:
        self._reported = prediction
        self._ui.reportLabel.setText(words)


def _written(reported: Reported) -> str:
    """Where the report is."""
    return _("Report written: {folder}").format(folder=Path(reported.files[0]).parent)


def _unused(parent: Path, stem: str) -> Path:
    """A name in a folder that nothing has yet."""
    names = [stem, *(f"{stem} {n}" for n in range(2, 1000))]
    return next(parent / name for name in names if not (parent / name).exists())
