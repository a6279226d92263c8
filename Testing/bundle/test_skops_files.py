import hashlib
import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.radiomics.skops_files import read_pipeline, write_pipeline

WHERE = "--bundle small"


def fitted(classifier: Any) -> Pipeline:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(60, 3))
    return make_pipeline(StandardScaler(), classifier).fit(values, (values[:, 0] > 0).astype(int))


def logistic() -> Pipeline:
    return fitted(LogisticRegression(C=0.1))


def forest() -> Pipeline:
    return fitted(RandomForestClassifier(5, min_samples_leaf=5, random_state=2))


@pytest.mark.parametrize("make", [logistic, forest])
def test_a_pipeline_comes_back_with_the_same_answers(
    make: Callable[[], Pipeline], tmp_path: Path
) -> None:
    write_pipeline(make(), tmp_path / "a.skops")
    points = np.random.default_rng(5).normal(size=(50, 3))
    again = read_pipeline(tmp_path / "a.skops", WHERE)
    assert (again.predict_proba(points) == make().predict_proba(points)).all()


PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
padding = [object() for _ in range({padding})]
import test_skops_files as tests
for name in ("logistic", "forest"):
    tests.write_pipeline(getattr(tests, name)(), Path({folder!r}, name))
"""


def test_the_bytes_are_the_same_in_every_process(tmp_path: Path) -> None:
    here = Path(__file__).resolve()
    paths = [str(here.parent), str(here.parents[2])]
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        program = PROGRAM.format(paths=paths, padding=number * 999, folder=str(folder))
        subprocess.run([sys.executable, "-c", program], check=True)
    for name, make in (("logistic", logistic), ("forest", forest)):
        write_pipeline(make(), tmp_path / name)
        files = (tmp_path / "0" / name, tmp_path / "1" / name, tmp_path / name)
        assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in files}) == 1, name


@pytest.mark.parametrize("make", [logistic, forest])
def test_a_pipeline_from_a_worker_process_gives_the_same_bytes(
    make: Callable[[], Pipeline], tmp_path: Path
) -> None:
    # Workers send pipelines home pickled, which changes what shares memory with what.
    write_pipeline(make(), tmp_path / "here")
    write_pipeline(pickle.loads(pickle.dumps(make())), tmp_path / "sent")
    assert (tmp_path / "here").read_bytes() == (tmp_path / "sent").read_bytes()


def test_skops_itself_reads_the_canonical_file(tmp_path: Path) -> None:
    import skops.io

    write_pipeline(logistic(), tmp_path / "a.skops")
    assert skops.io.get_untrusted_types(file=tmp_path / "a.skops") == []
    assert isinstance(skops.io.load(tmp_path / "a.skops"), Pipeline)


@pytest.mark.parametrize(
    ("pipeline", "named"),
    [
        (lambda: fitted(GaussianNB()), "GaussianNB"),
        (lambda: fitted(KNeighborsClassifier(2, algorithm="kd_tree")), "KDTree"),
        (lambda: make_pipeline(FunctionTransformer(np.log1p)), "FunctionTransformer"),
        (lambda: make_pipeline(FunctionTransformer(subprocess.run)), "FunctionTransformer"),
        (lambda: LogisticRegression(), "LogisticRegression"),
    ],
    ids=["unknown classifier", "compiled tree", "function", "dangerous function", "no pipeline"],
)
def test_other_types_are_refused_by_name(
    pipeline: Callable[[], Any], named: str, tmp_path: Path
) -> None:
    write_pipeline(pipeline(), tmp_path / "a.skops")
    with pytest.raises(InputError, match=rf"a.skops may hold only a pipeline.*{named}"):
        read_pipeline(tmp_path / "a.skops", WHERE)


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the schema of a skops file."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(content["schema.json"])
    change(schema)
    content["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def _run_a_program(schema: dict[str, Any]) -> None:
    schema |= {"__module__": "os", "__class__": "system", "__loader__": "FunctionNode"}


def _known_type_by_another_reader(schema: dict[str, Any]) -> None:
    schema["__loader__"] = "MethodNode"


def _old_protocol(schema: dict[str, Any]) -> None:
    schema["content"]["__loader__"] = "ReduceNode"


@pytest.mark.parametrize("change", [_run_a_program, _known_type_by_another_reader, _old_protocol])
def test_node_kinds_that_run_code_are_refused(
    change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    write_pipeline(logistic(), tmp_path / "a.skops")
    rewritten(tmp_path / "a.skops", change)
    with pytest.raises(InputError, match="may hold only a pipeline"):
        read_pipeline(tmp_path / "a.skops", WHERE)


@pytest.mark.parametrize("keep", [0, 10, 2000, -1], ids=str)
def test_a_truncated_file_is_refused(keep: int, tmp_path: Path) -> None:
    path = tmp_path / "a.skops"
    write_pipeline(logistic(), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"a.skops must be a readable skops file"):
        read_pipeline(path, WHERE)


def test_a_tree_whose_children_lie_outside_is_refused_before_it_is_used(tmp_path: Path) -> None:
    pipeline = forest()
    tree = pipeline[-1].estimators_[2].tree_
    state = tree.__getstate__()
    state["nodes"]["left_child"][0] = 10_000_000
    tree.__setstate__(state)
    write_pipeline(pipeline, tmp_path / "a.skops")
    with pytest.raises(InputError, match="a tree whose nodes point outside"):
        read_pipeline(tmp_path / "a.skops", WHERE)


def test_a_tree_that_goes_round_in_circles_is_refused(tmp_path: Path) -> None:
    pipeline = forest()
    tree = pipeline[-1].estimators_[0].tree_
    state = tree.__getstate__()
    state["nodes"]["right_child"][0] = 0
    tree.__setstate__(state)
    write_pipeline(pipeline, tmp_path / "a.skops")
    with pytest.raises(InputError, match="point outside"):
        read_pipeline(tmp_path / "a.skops", WHERE)


def test_what_memory_held_between_the_fields_of_a_tree_is_not_written(tmp_path: Path) -> None:
    pipeline = forest()
    write_pipeline(pipeline, tmp_path / "b.skops")
    tree = pipeline[-1].estimators_[0].tree_
    state = tree.__getstate__()
    # The last field is one byte of eight; the other seven are nobody's.
    kind = state["nodes"].dtype
    assert (kind.itemsize, kind.fields["missing_go_to_left"][1]) == (64, 56)
    memory = bytearray(state["nodes"].tobytes())
    for start in range(57, len(memory), 64):
        memory[start : start + 7] = b"garbage"
    state["nodes"] = np.frombuffer(memory, dtype=kind)
    tree.__setstate__(state)
    write_pipeline(pipeline, tmp_path / "a.skops")
    assert (tmp_path / "a.skops").read_bytes() == (tmp_path / "b.skops").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.skops") as archive:
        contents = [archive.read(n) for n in archive.namelist() if n.endswith(".npy")]
    tables = [c for c in contents if b"missing_go_to_left" in c]
    assert len(tables) == 5
    for content in tables:
        array = np.load(io.BytesIO(content))
        rows = np.frombuffer(content[-array.nbytes :], dtype=np.uint8).reshape(-1, 64)
        assert not rows[:, 57:].any()
        assert rows[:, :57].any()


def neighbors() -> Pipeline:
    return fitted(KNeighborsClassifier(4, algorithm="brute"))


@pytest.mark.parametrize(
    "changes",
    [
        {"n_neighbors": 10_000},
        {"n_samples_fit_": 10_000},
        {"_y": np.full(60, 7)},
        {"_y": np.zeros(10, dtype=int)},
        {"_fit_X": np.full((60, 3), np.nan)},
        {"_fit_X": np.zeros((60, 9))},
        {"effective_metric_": "precomputed"},
        {"_fit_method": "ball_tree"},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_neighbors_that_point_outside_are_refused_before_they_are_used(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    pipeline = neighbors()
    for name, value in changes.items():
        setattr(pipeline[-1], name, value)
    write_pipeline(pipeline, tmp_path / "a.skops")
    with pytest.raises(InputError, match=r"may hold only .*neighbors without a label"):
        read_pipeline(tmp_path / "a.skops", WHERE)


def test_trees_that_are_none_are_refused_in_one_line(tmp_path: Path) -> None:
    pipeline = forest()
    pipeline[-1].estimators_ = ["a", "b"]
    write_pipeline(pipeline, tmp_path / "a.skops")
    with pytest.raises(InputError, match="must be a readable skops file, got AttributeError"):
        read_pipeline(tmp_path / "a.skops", WHERE)
