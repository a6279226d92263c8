"""Preparing: once a patient, kept by content, whole or not at all, images dropped."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.imported_code import files_behind
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.kinds import KINDS
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patches import PatchPlan
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.preparation import cache as preparation_cache
from TACEResponseLib.training.preparation.cache import PreparationCache, content_of, default_folder
from TACEResponseLib.training.preparation.files import read_prepared, write_prepared
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.prepared_cohort import OnDisk

MakeRecipe = Callable[..., Recipe]
pytestmark = pytest.mark.usefixtures("in_process")
NETWORK = {
    "kind": "image_network",
    "name": "cnn",
    "sequences": ["ct_arterial"],
    "patch": {"size_px": 16, "channels": 1},
    "network": "small_cnn",
    "arguments": {"in_channels": 1, "n_classes": 2},
    "target_layer": "features",
}
RADIOMICS = {
    "kind": "radiomics",
    "name": "radiomics",
    "sequences": ["ct_arterial"],
    "extraction": {"name": "shape", "spacing_mm": None, "feature_classes": ["shape"]},
    "n_features": 2,
}


class Loader:
    """Counts how often images are read."""

    def __init__(self, case: Case) -> None:
        self.case, self.count = case, 0

    def __call__(self) -> Case:
        self.count += 1
        return self.case


@pytest.fixture
def image_recipe(make_recipe: MakeRecipe) -> Recipe:
    return make_recipe(branches=[NETWORK, RADIOMICS], candidates=[])


@pytest.fixture
def cache(tmp_path: Path) -> PreparationCache:
    return PreparationCache(folder=tmp_path / "cache", program="1")


@pytest.fixture
def image_file(tmp_path: Path) -> Path:
    path = tmp_path / "image.nii"
    path.write_bytes(b"an image")
    return path


def member(load: Loader, image: Path) -> Member:
    return Member(
        case_id="P1", label=1, load=load, clinical=ClinicalRecord(), files={"ct_arterial": image}
    )


def test_a_second_training_with_another_classifier_computes_nothing_again(
    image_recipe: Recipe, cache: PreparationCache, ball_case: Case, image_file: Path
) -> None:
    load = Loader(ball_case)
    first = prepare(image_recipe, [member(load, image_file)], cache=cache)
    assert load.count == 1
    files = {p: p.stat().st_mtime_ns for p in cache.folder.rglob("*.safetensors")}
    network, radiomics = image_recipe.branches
    assert isinstance(network, ImageNetworkSettings)
    fitting = network.fitting.model_copy(update={"epochs": 99})
    other = image_recipe.model_copy(
        update={
            "branches": (
                network.model_copy(update={"fitting": fitting, "saliency": "occlusion"}),
                radiomics.model_copy(update={"classifier": "random_forest", "n_features": 5}),
            )
        }
    )
    record = ClinicalRecord(values={"age_years": 60})
    second = prepare(other, [replace(member(load, image_file), clinical=record)], cache=cache)
    assert load.count == 1
    assert {p: p.stat().st_mtime_ns for p in cache.folder.rglob("*.safetensors")} == files
    assert len(files) == 2
    assert isinstance(second.by_branch["cnn"], OnDisk)
    assert second.by_branch["radiomics"][0] == first.by_branch["radiomics"][0]


def test_what_is_cached_is_equal_to_the_bit(
    image_recipe: Recipe, cache: PreparationCache, ball_case: Case, image_file: Path
) -> None:
    one = member(Loader(ball_case), image_file)
    held, kept = prepare(image_recipe, [one]), prepare(image_recipe, [one], cache=cache)
    assert held.by_branch["radiomics"][0] == kept.by_branch["radiomics"][0]
    ours, theirs = held.by_branch["cnn"][0], kept.by_branch["cnn"][0]
    assert np.array_equal(ours.patches, theirs.patches)
    assert ours.patches.dtype == theirs.patches.dtype
    assert ours.plans == theirs.plans


@pytest.mark.parametrize("change", ["image", "settings", "program"])
def test_whatever_shapes_a_number_asks_for_another_file(
    change: str, image_recipe: Recipe, cache: PreparationCache, ball_case: Case, image_file: Path
) -> None:
    load = Loader(ball_case)
    prepare(image_recipe, [member(load, image_file)], cache=cache)
    before = len(list(cache.folder.rglob("*.safetensors")))
    recipe = image_recipe
    if change == "image":
        image_file.write_bytes(b"another")
    if change == "program":
        cache = replace(cache, program="2")
    if change == "settings":
        network, radiomics = recipe.branches
        assert isinstance(network, ImageNetworkSettings)
        patch = network.patch.model_copy(update={"size_px": 24})
        network = network.model_copy(update={"patch": patch})
        recipe = recipe.model_copy(update={"branches": (network, radiomics)})
    prepare(recipe, [member(load, image_file)], cache=cache)
    after = len(list(cache.folder.rglob("*.safetensors")))
    assert after - before == (1 if change == "settings" else 2)


def test_a_damaged_file_is_made_again(
    image_recipe: Recipe, cache: PreparationCache, ball_case: Case, image_file: Path
) -> None:
    load = Loader(ball_case)
    prepare(image_recipe, [member(load, image_file)], cache=cache)
    for path in cache.folder.rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:100])
    again = prepare(image_recipe, [member(load, image_file)], cache=cache)
    assert len(again.by_branch["cnn"][0].patches) > 0


@pytest.mark.parametrize("detached", [True, False])
def test_voxels_count_wherever_they_lie(detached: bool, tmp_path: Path) -> None:
    path = tmp_path / ("x.mhd" if detached else "x.mha")
    sitk.WriteImage(sitk.Image(4, 4, 4, sitk.sitkInt16), str(path))
    one = member(Loader(None), path)  # type: ignore[arg-type]
    before = content_of(one)
    voxels = path.with_suffix(".raw") if detached else path
    voxels.write_bytes(voxels.read_bytes()[:-1] + b"\x01")
    assert content_of(one) != before


def test_files_that_change_while_they_are_read_are_refused_and_nothing_is_kept(
    image_recipe: Recipe, cache: PreparationCache, ball_case: Case, image_file: Path
) -> None:
    class Late(Loader):
        def __call__(self) -> Case:
            image_file.write_bytes(b"another")
            return super().__call__()

    with pytest.raises(InputError, match="P1: files must stay as they are while they are read"):
        prepare(image_recipe, [member(Late(ball_case), image_file)], cache=cache)
    assert list(cache.folder.rglob("*.safetensors")) == []


def test_files_are_read_again_once_a_patient_however_many_branches_are_fresh(
    image_recipe: Recipe,
    cache: PreparationCache,
    ball_case: Case,
    image_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digested: list[Path] = []
    real = preparation_cache.content_digest

    def counted(path: Path) -> str:
        digested.append(path)
        return real(path)

    monkeypatch.setattr(preparation_cache, "content_digest", counted)
    one = member(Loader(ball_case), image_file)
    prepare(image_recipe, [one], cache=cache)
    assert digested == [image_file] * 2, "before and after"
    prepare(image_recipe, [one], cache=cache)
    assert len(digested) == 3, "nothing is fresh"


def test_features_of_a_table_need_no_images(make_recipe: MakeRecipe) -> None:
    def refuse() -> Case:
        raise AssertionError("no image is needed")

    features = {
        "original_shape_MeshVolume": 1.0,
        "original_firstorder_Mean": 2.0,
        "original_firstorder_Entropy": 3.0,
        "original_glcm_Contrast": 4.0,
    }
    one = Member(case_id="P1", label=1, load=refuse, clinical=ClinicalRecord(), features=features)
    prepared = prepare(make_recipe(), [one])
    assert prepared.by_branch["size"] == ({"original_shape_MeshVolume": 1.0},)


def test_prepared_patients_come_in_the_order_of_their_ids(
    image_recipe: Recipe, ball_case: Case
) -> None:
    members = [
        Member(case_id=name, label=label, load=Loader(ball_case))
        for name, label in (("P2", 1), ("P1", 0))
    ]
    prepared = prepare(image_recipe, members)
    assert prepared.case_ids == ("P1", "P2")
    assert prepared.labels.tolist() == [0, 1]


PLAN = PatchPlan(
    slice_index=7,
    geometry=Geometry(
        size_ijk=(3, 2, 1),
        spacing_mm=(0.1, 1 / 3, 2.5),
        origin_lps=(-0.1 - 0.2, 1e-300, 12.0),
        direction_lps=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    ),
)
VALUES = {"age_years": 60.1, "child_pugh_class": "A", "n_tumors": 3, "cirrhosis": True}
PREPARED = {
    "image_network": PreparedPatches(
        patches=np.random.default_rng(1).random((1, 2, 2, 3), dtype=np.float32),
        plans=(PLAN,),
        clinical=VALUES,
    ),
    "radiomics": {"b": 0.1 + 0.2, "a": -0.0, "reader2:b": 5e-324, "c": 1.7976931348623157e308},
    "clinical": {"clinical": VALUES, "measures": {"log_volume_ml": 0.1 + 0.2, "n_lesions": 2.0}},
}


def in_bits(value: Any) -> str:
    """A value as text that no other value has."""
    if isinstance(value, PreparedPatches):
        value = [value.patches.tobytes(), value.patches.dtype, value.plans, dict(value.clinical)]
    return repr(value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_back_what_it_wrote_to_the_bit(kind: str, tmp_path: Path) -> None:
    write_prepared(kind, PREPARED[kind], tmp_path / "x.safetensors")
    assert in_bits(read_prepared(kind, tmp_path / "x.safetensors")) == in_bits(PREPARED[kind])
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_any_byte_changed_is_refused_and_never_misread(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.safetensors"
    write_prepared(kind, PREPARED[kind], path)
    whole = path.read_bytes()
    misread = []
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            back = in_bits(read_prepared(kind, path))
        except ValueError:
            continue
        misread += [place] if back != in_bits(PREPARED[kind]) else []
    assert misread == []
    for length in (0, 7, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="must"):
            read_prepared(kind, path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_prepared("radiomics", PREPARED["radiomics"], path)
    with pytest.raises(ValueError, match="must hold clinical as it was written"):
        read_prepared("clinical", path)


def test_a_file_of_an_earlier_program_is_missed_and_left_alone(
    image_recipe: Recipe, cache: PreparationCache, ball_case: Case, image_file: Path
) -> None:
    load = Loader(ball_case)
    one = member(load, image_file)
    places = [cache.place(s, content_of(one)) for s in image_recipe.branches]
    old = [path.with_suffix(".npz") for path in places]
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, text=np.frombuffer(b"{}", dtype=np.uint8))
    before = [path.read_bytes() for path in old]
    prepare(image_recipe, [one], cache=cache)
    assert load.count == 1
    assert [path.read_bytes() for path in old] == before
    assert all(path.is_file() for path in places)


@pytest.mark.parametrize("kind", [ImageNetworkSettings, RadiomicsSettings, ClinicalSettings])
def test_a_changed_byte_of_any_file_that_prepares_makes_another_key(
    kind: type[ImageNetworkSettings | RadiomicsSettings | ClinicalSettings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written_by = preparation_cache.FILES_ARE_WRITTEN_BY
    files = files_behind((kind.prepared_by, written_by, *preparation_cache.CASES_ARE_MADE_BY))
    assert {"case.py", "geometry.py", "reading.py", "loading.py", "files.py"} <= {
        p.name for p in files
    }
    once = {path: preparation_cache.sha256_of(path) for path in files}
    monkeypatch.setattr(preparation_cache, "sha256_of", once.__getitem__)
    uncached = preparation_cache.code_digest.__wrapped__
    keys = {uncached(kind.prepared_by)}
    for path, digest in list(once.items()):
        once[path] = f"{digest}, a byte changed"
        keys.add(uncached(kind.prepared_by))
        once[path] = digest
    assert len(keys) == 1 + len(files)


def test_the_cache_lies_where_a_user_keeps_such_things() -> None:
    assert default_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/taceresponse")
    assert default_folder({}) == Path.home() / ".cache" / "taceresponse"


def test_a_patient_without_files_has_no_content_to_name() -> None:
    assert content_of(Member(case_id="P", label=0, load=lambda: None)) == ""  # type: ignore[arg-type,return-value]
