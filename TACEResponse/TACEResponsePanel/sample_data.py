"""A simulated patient in Sample Data, made on this computer without a network."""

from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

CATEGORY = "TACEResponse"
NAME = "TACEResponseSimulatedPatient"
SEED, INDEX = 2, 0


def registerSampleData(icons: Path) -> None:
    """Show the simulated patient in the module Sample Data."""
    import SampleData

    logic = SampleData.SampleDataLogic
    if hasattr(logic, "registerCustomSampleDataCategory"):  # since Slicer 5.12
        logic.registerCustomSampleDataCategory(CATEGORY, title=_("TACE Response"))
    # No file is fetched: without a list of addresses the logic can't count them.
    logic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=NAME,
        uris=[],
        fileNames=[],
        thumbnailFileName=str(icons / "TACEResponse.png"),
        customDownloader=makeSimulatedPatient,
    )


def makeSimulatedPatient(_source: Any = None) -> list[Any]:
    """Simulate a patient, add image and lesion to the scene and show them.

    Returns: the volume and the segmentation.
    """
    from TACEResponseLib.scene.case_nodes import case_to_nodes
    from TACEResponseLib.simulation.patient import simulate_patient
    from TACEResponseLib.simulation.settings import SimulationSettings

    case = simulate_patient(SimulationSettings(), SEED, INDEX).to_case()
    nodes = case_to_nodes(slicer.mrmlScene, case)
    # What code adds to the scene is neither shown nor fitted by itself.
    slicer.util.setSliceViewerLayers(background=next(iter(nodes.volumes.values())), fit=True)
    return [*nodes.volumes.values(), nodes.segmentation]
