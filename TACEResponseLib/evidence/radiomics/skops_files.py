"""scikit-learn pipelines on disk: skops files with the same bytes each time, read with care.

skops checks types, but what a type's reader does with hostile content is left to it; so a file
passes two gates more: node kinds and types of our own list before skops sees it, and the arrays of
trees and neighbors before anything is predicted (scikit-learn indexes into them without bounds
checks). Support vector machines never reach libsvm: `radiomics.classifiers` writes their sum out.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.reading.regular_file import in_units
from TACEResponseLib.basics.reading.zip_reading import open_zip
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.basics.writing.fixed_entry import fixed_entry

SCHEMA = "schema.json"
MOST_ARRAYS = 20_000
# A thousand trees take 14 MB for their schema, 19 MB for all.
MOST_SCHEMA_BYTES = 20 * 1024**2
MOST_BYTES = 64 * 1024**2

# Types that a pipeline of ours is made of, by the kind of node that skops writes for them.
TYPES_BY_NODE = {
    "DictNode": {"builtins.dict"},
    "ListNode": {"builtins.list"},
    "TupleNode": {"builtins.tuple"},
    "JsonNode": {"builtins.str"},
    "TypeNode": {"builtins.str"},
    "NdArrayNode": {"numpy.ndarray", "numpy.float64", "numpy.int64", "numpy.bool", "numpy.bool_"},
    "DTypeNode": {"numpy.dtype"},
    "ObjectNode": {
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.linear_model._base.LinearRegression",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.linear_model._coordinate_descent.Lasso",
        "sklearn.svm._classes.SVC",
        "sklearn.neighbors._classification.KNeighborsClassifier",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.tree._classes.DecisionTreeClassifier",
        # Boosting without its loss and random states, see `radiomics.estimators`; its prior is a
        # dummy's.
        "sklearn.ensemble._gb.GradientBoostingClassifier",
        "sklearn.tree._classes.DecisionTreeRegressor",
        "sklearn.dummy.DummyClassifier",
    },
    "TreeNode": {"sklearn.tree._tree.Tree"},
}
# skops trusts the rest by itself; its reason against trees is met by `_check_tree`.
TRUSTED = ["sklearn.tree._tree.Tree"]


def write_pipeline(pipeline: Any, path: Path) -> None:
    """Write a fitted pipeline; equal pipelines give equal bytes in every process.

    skops names nodes and arrays by memory address and dates the entries. Here they are numbered
    in the order of the document and dated alike, and gaps in a tree's table are zeros.
    """
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(pipeline))) as archive:
        schema = json.loads(archive.read(SCHEMA))
        arrays = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as canonical:
        for number, node in enumerate(_nodes(schema)):
            if "__id__" in node:
                node["__id__"] = number
            if "file" in node:
                content = _without_gaps(arrays[node["file"]])
                node["file"] = f"{number}.npy"
                canonical.writestr(fixed_entry(node["file"]), content)
        canonical.writestr(fixed_entry(SCHEMA), json.dumps(schema, indent=1))


def read_pipeline(path: Path, where: str) -> Any:
    """Read a fitted pipeline of scaler and classifier.

    Args:
        path: the file, verified against the bundle's list.
        where: how the user named the bundle, for messages.
    Raises: InputError: damaged, of a type that no bundle of ours holds, or unsafe.
    """
    import skops.io
    from sklearn.pipeline import Pipeline

    try:
        _check_nodes(path, where)
        pipeline = skops.io.load(path, trusted=TRUSTED)
        if not isinstance(pipeline, Pipeline):
            raise _unsafe(path, where, type(pipeline).__name__)
        if not all(_is_sound(step) for _, step in pipeline.steps):
            raise _unsafe(
                path, where, "a tree whose nodes point outside, or neighbors without a label"
            )
    except InputError:
        raise
    # Whatever a hostile file makes the readers say, the user needs one line.
    except Exception as error:
        raise InputError(
            where,
            f"{path.name} must be a readable skops file",
            got=type(error).__name__,
            remedy=COPY_AGAIN,
        ) from error
    return pipeline


def _without_gaps(content: bytes) -> bytes:
    """An array file whose bytes between the fields of a record are zeros.

    scikit-learn leaves there whatever the memory held before.
    """
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.fields is None:
        return content
    start = len(content) - array.nbytes
    rows = np.frombuffer(bytearray(content[start:]), dtype=np.uint8)
    rows = rows.reshape(array.size, array.dtype.itemsize)
    is_gap = np.ones(array.dtype.itemsize, dtype=bool)
    for kind, offset, *_ in array.dtype.fields.values():
        is_gap[offset : offset + kind.itemsize] = False
    rows[:, is_gap] = 0
    return content[:start] + rows.tobytes()


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every node of a skops schema, in the order of the document."""
    if isinstance(node, dict):
        if "__loader__" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _check_nodes(path: Path, where: str) -> None:
    """Only known types, each read by the node kind that belongs to it, and only plain entries."""
    place = part_of(where, path.name)
    with open_zip(
        path, place, most_bytes=MOST_BYTES, most_entries=MOST_ARRAYS, most_unpacked=MOST_BYTES
    ) as archive:
        if (size := archive.getinfo(SCHEMA).file_size) > MOST_SCHEMA_BYTES:
            raise InputError(
                f"{place}, {SCHEMA}",
                f"must be at most {in_units(MOST_SCHEMA_BYTES)}",
                got=in_units(size),
                remedy="don't use this bundle",
            )
        schema = parse_json(archive.read(SCHEMA), f"{place}, {SCHEMA}")
    for node in _nodes(schema):
        name = f"{node.get('__module__')}.{node.get('__class__')}"
        if name not in TYPES_BY_NODE.get(str(node["__loader__"]), ()):
            raise _unsafe(path, where, f"{name[:80]} as {str(node['__loader__'])[:40]}")


def _is_sound(step: Any) -> bool:
    """No array of a classifier points outside another."""
    trees = np.ravel(np.asarray(getattr(step, "estimators_", ()), dtype=object))
    features = step.n_features_in_
    if not all(_is_tree(estimator.tree_, features) for estimator in trees):
        return False
    return not hasattr(step, "n_neighbors") or _are_neighbors(step)


def _is_tree(tree: Any, n_features: int) -> bool:
    """Children and features lie inside the tree's arrays, children after their parent."""
    left, right = tree.children_left, tree.children_right
    inner = ~((left == -1) & (right == -1))
    parent = np.arange(tree.node_count)
    return bool(
        (left[inner] > parent[inner]).all()
        and (right[inner] > parent[inner]).all()
        and (np.maximum(left, right) < tree.node_count).all()
        and (tree.feature[inner] >= 0).all()
        and (tree.feature[inner] < n_features).all()
        and tree.n_features == n_features
        and np.isfinite(tree.value).all()
    )


def _are_neighbors(step: Any) -> bool:
    """As many labels as patients, and at least as many patients as are asked."""
    points, labels = np.asarray(step._fit_X), np.asarray(step._y)
    return bool(
        points.dtype == np.float64
        and points.ndim == 2
        and points.shape == (step.n_samples_fit_, step.n_features_in_)
        and labels.shape == (len(points),)
        and ((labels >= 0) & (labels < len(step.classes_))).all()
        and 1 <= step.n_neighbors <= len(points)
        and step._fit_method == "brute"
        and step.effective_metric_ == "euclidean"
        and np.isfinite(points).all()
    )


def _unsafe(path: Path, where: str, got: str) -> InputError:
    """The file holds what no bundle of ours does."""
    return InputError(
        where,
        f"{path.name} may hold only a pipeline of scaler and classifier",
        got=got,
        remedy="don't use this bundle",
    )
