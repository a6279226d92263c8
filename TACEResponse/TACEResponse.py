"""TACE Response: will this liver tumor respond to TACE? Assembly only; see TACEResponsePanel."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

HERE = Path(__file__).resolve().parent
# Installed, the library lies beside this file; in the source tree one folder up.
LIBRARY_PARENT = HERE if (HERE / "TACEResponseLib").is_dir() else HERE.parent
for folder in (str(HERE), str(LIBRARY_PARENT)):
    if folder not in sys.path:
        sys.path.append(folder)

from TACEResponsePanel.case.case_making import caseOfScript  # noqa: E402
from TACEResponsePanel.case.case_parameters import TACEResponseParameterNode  # noqa: E402
from TACEResponsePanel.case.scene_gate import leaveOut  # noqa: E402
from TACEResponsePanel.panel import Panel  # noqa: E402
from TACEResponsePanel.process.handover import Handover  # noqa: E402
from TACEResponsePanel.process.problem import Problem  # noqa: E402
from TACEResponsePanel.process.worker_client import WorkerClient  # noqa: E402
from TACEResponsePanel.sample_data import registerSampleData  # noqa: E402
from TACEResponsePanel.scripting import Callback, Scripting, formOfValues, said  # noqa: E402

from TACEResponseLib.basics.errors import InputError  # noqa: E402

if TYPE_CHECKING:
    from TACEResponseLib.result.prediction import Prediction


class TACEResponse(ScriptedLoadableModule):
    """The module as Slicer lists it."""

    def __init__(self, parent: Any) -> None:
        """Name, category, help."""
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("TACE Response")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = []
        self.parent.contributors = ["The TACEResponse developers"]
        self.parent.helpText = _(
            "Estimates before treatment whether a liver tumor responds to transarterial "
            "chemoembolization, from CT or MR and a segmented lesion. Research use only: not for "
            "offering or withholding TACE."
        )
        self.parent.acknowledgementText = _(
            "Built on PyTorch, MONAI, pyradiomics, SimpleITK and scikit-learn."
        )
        slicer.app.connect("startupCompleted()", _onStartup)


def _onStartup() -> None:
    """Sample Data is there only now."""
    registerSampleData(HERE / "Resources" / "Icons")


class TACEResponseWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Gives the panel its widgets and its parameter node."""

    logic: "TACEResponseLogic"
    panel: Panel
    """Both are made by `setup`."""

    def __init__(self, parent: Any = None) -> None:
        """Begin without widgets; `setup` makes them."""
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self._parameterNode: TACEResponseParameterNode | None = None
        self._guiTag = 0

    def setup(self) -> None:
        """Load the .ui file and build the panel on it."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/TACEResponse.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = TACEResponseLogic()
        self.panel = Panel(self.ui, self.logic.client, self.logic.handover)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartImport)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        self.addObserver(scene, scene.NodeAddedEvent, self.onNodeAdded)
        self.initializeParameterNode()
        if self.parent.isEntered:  # reloaded while it is open: Slicer does not call `enter`
            self.enter()

    def cleanup(self) -> None:
        """The application ends, or the module is reloaded."""
        self.setParameterNode(None)
        self.removeObservers()
        self.panel.close()

    def enter(self) -> None:
        """The user opens the module."""
        self.initializeParameterNode()
        self.panel.begin()

    def exit(self) -> None:
        """The user opens another module; a scoring goes on."""
        self.panel.leave()

    def onSceneStartClose(self, _caller: object, _event: object) -> None:
        """The case goes with its scene."""
        self.setParameterNode(None)

    def onSceneEndClose(self, _caller: object, _event: object) -> None:
        """An empty case in the empty scene."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneStartImport(self, _caller: object, _event: object) -> None:
        """Nothing of a scene is shown before all of it is there and has passed the gate."""
        self.setParameterNode(None)

    def onSceneEndImport(self, _caller: object, _event: object) -> None:
        """A scene was opened: show the case that it holds."""
        self.setParameterNode(None)
        self.initializeParameterNode()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeAdded(self, _caller: object, _event: object, node: Any) -> None:
        """A volume was loaded: perhaps one that the model reads."""
        if self._parameterNode is not None and node.IsA("vtkMRMLScalarVolumeNode"):
            self.panel.watch.quietSoon()

    def initializeParameterNode(self) -> None:
        """Make sure that there is a parameter node and that the panel shows it."""
        if self._parameterNode is None:
            self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, parameterNode: TACEResponseParameterNode | None) -> None:
        """Bind widgets to another parameter node, or to none."""
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(
                self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParameters
            )
        self._parameterNode = parameterNode
        if parameterNode is not None:
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParameters)
        self.panel.use(parameterNode, self.logic.leftOut if parameterNode is not None else ())

    def onParameters(self, _caller: object, _event: object) -> None:
        """Any choice changed."""
        self.panel.onParameters()


class TACEResponseLogic(ScriptedLoadableModuleLogic):
    """Scores from scripts; the panel uses the same process."""

    def __init__(self) -> None:
        """Know the process; it starts when it is needed."""
        ScriptedLoadableModuleLogic.__init__(self)
        self.client = WorkerClient(LIBRARY_PARENT)
        self.handover = Handover(self.client)
        self.leftOut: list[str] = []
        """Of the scene that was opened last, in words."""

    def getParameterNode(self) -> TACEResponseParameterNode:
        """The case of the scene; what of it can't be read is left out."""
        node = super().getParameterNode()
        self.leftOut = leaveOut(node)
        return TACEResponseParameterNode(node)

    def score(
        self,
        imageNodes: Mapping[str, Any],
        segmentationNode: Any,
        segmentId: str | list[str],
        clinical: Mapping[str, object] | None = None,
        bundle: str = "ct-radiomics-cnn-simulated",
        context: Mapping[str, object] | None = None,
        caseId: str = "case",
        largeLesion: bool = False,
        callback: Callback | None = None,
    ) -> "Prediction | None":
        """Score a case of the scene and write the result into it.

        Args:
            imageNodes: volume node by sequence, such as `{"ct_arterial": node}`.
            segmentationNode: holds the lesion.
            segmentId: one segment or several.
            clinical: values by name, in the schema's units.
            bundle: name of an installed model, or the path of one.
            context: dates, treatment and stage, as the command line's `--context`.
            caseId: names the folder of the result.
            largeLesion: whether a lesion of more than 500 mL is all tumor.
            callback: called with `(prediction, "")` or `(None, message)`; without it this waits.
        Returns: the prediction; `None` with a callback.
        Raises: RuntimeError: without a callback, in the words that the panel would show.
        """
        segmentIds = [segmentId] if isinstance(segmentId, str) else list(segmentId)
        scripting = Scripting(self.client, self.handover, callback)
        try:
            answers = said(context or {})
        except InputError as error:
            scripting.refuse(Problem.of(error))
            return scripting.result()
        scoring = caseOfScript(
            imageNodes,
            segmentationNode,
            segmentIds,
            model=bundle,
            form=formOfValues(clinical or {}),
            context=answers,
            caseId=caseId,
            isLargeLesionMeant=largeLesion,
            reader=self.handover.reader,
        )
        return scripting.score(scoring)

    def loadSimulatedPatient(self) -> tuple[Any, Any]:
        """Add the simulated patient of Sample Data to the scene, made here without a network.

        Scripts need this: `SampleData.downloadSample` runs no downloader that makes its data.

        Returns: the volume, CT of the arterial phase, and the segmentation with its one segment.
        """
        from TACEResponsePanel.sample_data import makeSimulatedPatient

        image, segmentation = makeSimulatedPatient()
        return image, segmentation

    def close(self) -> None:
        """End the process and remove what was handed over."""
        self.client.stop()
        self.handover.close()


class TACEResponseTest(ScriptedLoadableModuleTest):
    """The self-test inside Slicer: logic, widget, process, save and reload; a minute at most."""

    def setUp(self) -> None:
        """An empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run every test."""
        self.setUp()
        self.test_simulatedPatientIsScored()

    def test_simulatedPatientIsScored(self) -> None:
        """Score the simulated patient by script and look at what the scene holds then."""
        self.delayDisplay("Simulating a patient")
        logic = TACEResponseLogic()
        image, segmentation = logic.loadSimulatedPatient()
        segmentId = segmentation.GetSegmentation().GetNthSegmentID(0)
        try:
            self.delayDisplay("Scoring")
            prediction = logic.score({"ct_arterial": image}, segmentation, segmentId)
            assert prediction is not None
            low, high = prediction.fused.limits
            self.assertTrue(0 < low <= prediction.fused.probability <= high < 1)
            again = logic.score({"ct_arterial": image}, segmentation, segmentId)
            assert again is not None
            self.assertEqual(prediction.fused, again.fused)
        finally:
            logic.close()
        saliency = segmentation.GetNodeReference("TACEResponse.saliency.ct_arterial")
        values = slicer.util.arrayFromVolume(saliency)
        self.assertGreater(float(values.max()), 0.0)
        self.delayDisplay("Test passed")
