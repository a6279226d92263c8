"""Drawing the lesion: Slicer's Segment Editor inside the panel."""

from typing import Any

import slicer
from slicer.i18n import tr as _

from TACEResponsePanel.case.desk import Desk

EDITOR_TAG = "TACEResponse.SegmentEditor"
NAME = "Tumor"
LESIONS = "lesions"
# SNOMED CT: morphologically abnormal structure, neoplasm; in the terminology that ships with
# Slicer, so that the segment keeps its meaning when it is exported.
TERMINOLOGY = (
    "Segmentation category and type - 3D Slicer General Anatomy list"
    "~SCT^49755003^Morphologically Altered Structure"
    "~SCT^4147007^Mass"
    "~^^"
    "~Anatomic codes - DICOM master list"
    "~SCT^10200004^Liver"
    "~^^"
)


class Drawing:
    """Makes the editor when it is first asked for, and lets go of it when the panel is left."""

    def __init__(self, ui: Any, desk: Desk) -> None:
        """Connect the button; the editor is made later, for it is heavy."""
        self._ui, self._desk = ui, desk
        self._editor: Any = None
        ui.drawButton.toggled.connect(self._onToggled)
        desk.caseBegun.connect(self.close)

    def close(self) -> None:
        """Hide the editor and stop its effect."""
        self._ui.drawButton.setChecked(False)

    def release(self) -> None:
        """Before the scene is closed or the panel is left."""
        self.close()
        if self._editor is not None:
            self._editor.setActiveEffect(None)
            self._editor.uninstallKeyboardShortcuts()
            self._editor.removeViewObservations()
            self._editor.setSegmentationNode(None)

    def _onToggled(self, isOn: bool) -> None:
        """Show the editor with a segment to draw on, or put it away."""
        if isOn and not self._begin():
            self._ui.drawButton.setChecked(False)
            return
        self._ui.editorWidget.setVisible(isOn)
        self._ui.drawButton.setText(_("Close editor") if isOn else _("Draw"))
        if self._editor is not None and not isOn:
            self._editor.setActiveEffect(None)
            self._editor.uninstallKeyboardShortcuts()

    def _begin(self) -> bool:
        """A segmentation on the image, with a segment for the tumor, in the editor."""
        parameters = self._desk.parameters
        images = [i for i in map(self._desk.image, self._desk.sequences()) if i is not None]
        if parameters is None or not images:
            self._ui.lesionNoteLabel.setText(_("Choose the image first; then draw on it."))
            return False
        segmentation = parameters.segmentation
        if segmentation is None:
            segmentation = _newSegmentation(images[0])
            self._desk.chooseSegmentation(segmentation)
        if segmentation.GetSegmentation() is None:
            segmentation.SetAndObserveSegmentation(slicer.vtkSegmentation())
        content = segmentation.GetSegmentation()
        if not content.GetNumberOfSegments():
            self._desk.chooseSegments([_newTumor(segmentation)])
        elif not self._desk.lesionSegments():
            self._desk.chooseSegments([content.GetNthSegmentID(0)])
        editor = self._madeEditor()
        editor.setMRMLSegmentEditorNode(_editorNode())
        editor.setSegmentationNode(segmentation)
        editor.setSourceVolumeNode(images[0])
        editor.setCurrentSegmentID(self._desk.lesionSegments()[0])
        editor.installKeyboardShortcuts()
        return True

    def _madeEditor(self) -> Any:
        """The editor, made once; its node goes first, or it takes another module's."""
        if self._editor is None:
            self._editor = slicer.qMRMLSegmentEditorWidget()
            self._editor.setMaximumNumberOfUndoStates(10)
            self._editor.setMRMLSegmentEditorNode(_editorNode())
            self._editor.setMRMLScene(slicer.mrmlScene)
            self._editor.setSegmentationNodeSelectorVisible(False)
            self._editor.setSourceVolumeNodeSelectorVisible(False)
            self._ui.editorWidget.layout().addWidget(self._editor)
        return self._editor


def _editorNode() -> Any:
    """Our own state of the editor; Segment Editor's stays as the user left it."""
    node = slicer.mrmlScene.GetSingletonNode(EDITOR_TAG, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = slicer.vtkMRMLSegmentEditorNode()
        node.SetSingletonTag(EDITOR_TAG)
        node = slicer.mrmlScene.AddNode(node)
    return node


def _newSegmentation(image: Any) -> Any:
    """An empty segmentation on an image's grid."""
    # Not the image's name: Slicer takes that from DICOM, and this node is saved and shared.
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", LESIONS)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(image)
    node.SetAndObserveTransformNodeID(image.GetTransformNodeID())
    return node


def _newTumor(segmentation: Any) -> str:
    """An empty segment with the name and the code of a liver mass."""
    content = segmentation.GetSegmentation()
    segmentId = content.AddEmptySegment(NAME, NAME)
    segment = content.GetSegment(segmentId)
    segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), TERMINOLOGY)
    return segmentId
