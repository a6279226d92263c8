"""Stand-in of Qt's loader of .ui files, with the custom widgets that Slicer's plugins give.

Source: Slicer, Base/Python/slicer/util.py (loadUI), Utilities/Templates/Modules/Scripted/
Resources/UI/TemplateKey.ui. Qt itself only prints when a class, property, signal or slot of the
file is unknown; here it is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from PySide6 import QtCore, QtUiTools, QtWidgets

from .pythonqt_flavor import declared_signal, give_connect, qt_class, slot_by_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYOUT_ONLY = {"leftMargin", "topMargin", "rightMargin", "bottomMargin", "spacing", "margin"}


def loader_class(widgets: dict[str, type]) -> type:
    """The class QUiLoader that knows these custom widgets."""

    class QUiLoader:
        def __init__(self) -> None:
            self._loader = QtUiTools.QUiLoader()
            for kind in widgets.values():
                self._loader.registerCustomWidget(kind)

        def load(self, device: QtCore.QIODevice, parent: Any = None, /) -> QtWidgets.QWidget:
            return load(self._loader, device, parent, widgets)

    return QUiLoader


def load(
    loader: QtUiTools.QUiLoader, device: QtCore.QIODevice, parent: Any, widgets: dict[str, type]
) -> QtWidgets.QWidget:
    """Build the widgets of an open .ui file.

    Raises: ValueError: the file names a class, property, signal or slot that doesn't exist.
    """
    root = ElementTree.fromstring(device.readAll().data())
    for element in root.iter("widget"):
        _known_class(element.get("class", ""), widgets)
    connections = _take_connections(root)
    buffer = QtCore.QBuffer()
    buffer.setData(ElementTree.tostring(root))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    top = loader.load(buffer, parent)
    if top is None:
        raise ValueError(loader.errorString())
    everyone: list[Any] = [top, *top.findChildren(QtCore.QObject)]
    for child in everyone:
        give_connect(child)
    by_name = {child.objectName: child for child in everyone}
    for element in root.iter("widget"):
        _check_properties(element, by_name[element.get("name", "")])
    for connection in connections:
        _connect(by_name, connection)
    # PySide6 may drop and remake the Python side of a child that nobody holds.
    vars(top)["_children_of_ui"] = everyone
    return top


def _known_class(name: str, widgets: dict[str, type]) -> None:
    if name in widgets:
        return
    try:
        qt_class(name)
    except AttributeError as error:
        raise ValueError(f"the .ui file names the class {name}, which is not offered") from error


def _take_connections(root: ElementTree.Element) -> list[dict[str, str]]:
    connections = [
        {part: connection.findtext(part, "") for part in ("sender", "signal", "receiver", "slot")}
        for connection in root.iter("connection")
    ]
    for section in root.findall("connections"):
        root.remove(section)
    return connections


def _check_properties(element: ElementTree.Element, widget: Any) -> None:
    meta = widget.metaObject()
    for name in _static_properties(element):
        if meta.indexOfProperty(name) < 0:
            raise ValueError(
                f"{element.get('class')} {widget.objectName} has no property {name}; a dynamic one "
                'needs stdset="0"'
            )


def _static_properties(element: ElementTree.Element) -> Iterator[str]:
    for entry in element.findall("property"):
        if entry.get("stdset") != "0" and entry.get("name") not in LAYOUT_ONLY:
            yield entry.get("name", "")


def _connect(by_name: dict[str, Any], connection: dict[str, str]) -> None:
    for part in ("sender", "receiver"):
        if connection[part] not in by_name:
            raise ValueError(f"the .ui file connects {connection[part]}, which it doesn't hold")
    sender, receiver = by_name[connection["sender"]], by_name[connection["receiver"]]
    try:
        slot = slot_by_signature(receiver, connection["slot"])
        signal = declared_signal(sender, connection["signal"])
    except AttributeError as error:
        raise ValueError(f"the .ui file: {error}") from error
    if signal is not None:
        signal.connect(slot)
    else:
        QtCore.QObject.connect(sender, QtCore.SIGNAL(connection["signal"]), slot)
