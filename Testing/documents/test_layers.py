"""The house stands as it is drawn: arrows go down, nothing goes in circles, walls hold."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from TACEResponseLib.evidence.kinds import FOLDERS
from Testing.documents.imports import ROOT, circles, graph, imported, modules, rooms

PLAN = tomllib.loads((Path(__file__).parent / "layers.toml").read_text(encoding="utf-8"))
FLOOR = {name: floor for floor, names in enumerate(PLAN["layers"]) for name in names}
# Of each kind of evidence, so that adding one takes no line there; the plan may open a wall.
WALLS = {
    **{f"TACEResponseLib.evidence.{folder}": ["TACEResponseLib/evidence"] for folder in FOLDERS},
    **PLAN["walls"],
}
LOOSE = {"__init__", "__main__", "networks", "scoring"}


def part_of(module: str) -> str:
    """The package or loose module of the library's root that a module belongs to."""
    return module.split(".")[1]


def lies_in(name: str, package: str) -> bool:
    """Whether an import is of a package or of something in it."""
    return name == package or name.startswith(f"{package}.")


def arrows_up(arrows: dict[str, frozenset[str]]) -> list[str]:
    """Imports from a layer that does not lie below."""
    return [
        f"{name} -> {target}"
        for name, targets in sorted(arrows.items())
        for target in sorted(targets)
        if name != "TACEResponseLib"
        and part_of(name) != part_of(target)
        and FLOOR[part_of(target)] >= FLOOR[part_of(name)]
    ]


def test_every_part_of_the_library_has_a_layer_and_every_layer_is_there() -> None:
    parts = {part_of(name) for name in modules() if name != "TACEResponseLib"}
    assert parts == set(FLOOR)


def test_no_import_goes_up_or_sideways() -> None:
    assert arrows_up(graph()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(graph()) == []


def test_nothing_goes_in_circles_between_what_lies_side_by_side() -> None:
    packages = [name for name, path in modules().items() if path.name == "__init__.py"]
    knots = {name: circles(rooms(name, graph())) for name in packages}
    assert {name: knot for name, knot in knots.items() if knot} == {}


@pytest.mark.parametrize("package", PLAN["inside"])
def test_no_import_goes_up_within_a_package(package: str) -> None:
    floors = {name: i for i, names in enumerate(PLAN["inside"][package]) for name in names}
    # Loose modules stand above all folders, and call each other in no circle.
    top = len(floors)
    up = [
        f"{name} -> {target}"
        for name, targets in rooms(f"TACEResponseLib.{package}", graph()).items()
        for target in targets
        if name in floors and floors.get(target, top) >= floors[name]
    ]
    assert up == []


def test_nothing_lies_loose_in_the_root_but_what_is_read_first() -> None:
    assert {path.stem for path in (ROOT / "TACEResponseLib").glob("*.py")} == LOOSE


def test_no_folder_is_too_full_to_be_looked_through() -> None:
    counted = Counter(path.parent for path in modules().values() if path.name != "__init__.py")
    full = {folder.name: n for folder, n in counted.items() if n > PLAN["most_files"]}
    assert full == {}


@pytest.mark.parametrize("package", WALLS)
def test_walls_hold(package: str) -> None:
    places = [ROOT / place for place in WALLS[package]]
    for folder in ("TACEResponse", "TACEResponseLib"):
        for path in (ROOT / folder).rglob("*.py"):
            if not any(path.is_relative_to(place) for place in places):
                assert [name for name in imported(path) if lies_in(name, package)] == [], path


def test_every_kind_of_evidence_has_its_wall() -> None:
    assert {f"TACEResponseLib.evidence.{folder}" for folder in FOLDERS} <= set(WALLS)
    assert len(FOLDERS) >= 3


def test_every_hole_in_a_wall_is_used() -> None:
    for package, places in PLAN["walls"].items():
        for file in (ROOT / place for place in places if place.endswith(".py")):
            assert any(lies_in(name, package) for name in imported(file)), file


def test_a_wall_is_of_a_package_and_all_that_lies_in_it() -> None:
    assert lies_in("vtk", "vtk")
    assert lies_in(
        "TACEResponseLib.evidence.clinical.part.ClinicalPart", "TACEResponseLib.evidence.clinical"
    )
    assert not lies_in("vtkmodules.util", "vtk")


def test_a_relative_import_and_one_by_a_call_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text(
        "from . import two\nfrom ..three import four\n"
        "import importlib\nimportlib.import_module('a.five')\n"
    )
    assert {*imported(file, "a.b")} == {"a.b.two", "a.three.four", "importlib", "a.five"}


def test_folders_side_by_side_that_call_each_other_would_be_found() -> None:
    arrows = {
        "a.x.one": frozenset({"a.y.one"}),
        "a.y.two": frozenset({"a.x.two"}),
        "a.z": frozenset({"a.x.one"}),
    }
    assert rooms("a", arrows) == {"x": {"y"}, "y": {"x"}, "z": {"x"}}
    assert circles(rooms("a", arrows)) == [{"x", "y"}]


def test_an_arrow_up_and_a_circle_would_be_found() -> None:
    up = {"TACEResponseLib.basics.errors": frozenset({"TACEResponseLib.patient.case"})}
    assert arrows_up(up) == ["TACEResponseLib.basics.errors -> TACEResponseLib.patient.case"]
    sideways = {"TACEResponseLib.imaging.roi": frozenset({"TACEResponseLib.evaluation.inputs"})}
    assert len(arrows_up(sideways)) == 1
    three = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("a"), "d": frozenset("a")}
    assert circles(three) == [{"a", "b", "c"}]
