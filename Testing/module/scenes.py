"""Scenes made of plain texts, opened as from a file."""

from typing import Any


def open_texts(person: Any, names: dict[str, str], beside: str) -> None:
    """Open a scene whose case has these texts, with a transform of that name beside it."""
    import slicer

    scene = slicer.vtkMRMLScene()
    node = slicer.vtkMRMLScriptedModuleNode()
    own = person.panel.desk.parameters.parameterNode
    node.SetSingletonTag(own.GetSingletonTag())
    node.SetModuleName(own.GetModuleName())
    node.SetAttribute("ModuleName", "TACEResponse")
    for name, text in names.items():
        node.SetParameter(name, text)
    scene.AddNode(node)
    scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", beside)
    scene.SetSaveToXMLString(1)
    scene.Commit()
    main = person.standins.scene
    main.SetLoadFromXMLString(1)
    main.SetSceneXMLString(scene.GetSceneXMLString())
    try:
        assert main.Import()
    finally:
        main.SetLoadFromXMLString(0)


def sound_texts(person: Any) -> dict[str, str]:
    """The texts of the case on the desk."""
    node = person.panel.desk.parameters.parameterNode
    return {name: node.GetParameter(name) for name in node.GetParameterNames()}
