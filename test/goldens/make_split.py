"""Rows of Hugging Face's Dataset.train_test_split, and what numpy.random.default_rng draws."""

import json
import pathlib

import datasets
import numpy


def labels(counts):
    """Class after class in turns, until each has its count."""
    left = list(counts)
    made = []
    while any(left):
        for label, n in enumerate(left):
            if n > 0:
                made.append(label)
                left[label] -= 1
    return made


def split(counts, seed, size, stratify):
    made = labels(counts)
    features = datasets.Features({"row": datasets.Value("int64"), "label": datasets.ClassLabel(len(counts))})
    dataset = datasets.Dataset.from_dict({"row": list(range(len(made))), "label": made}, features=features)
    parts = dataset.train_test_split(test_size=size, seed=seed, stratify_by_column="label" if stratify else None)
    rows = {name: part["row"][:] for name, part in parts.items()}
    return {"counts": counts, "seed": seed, "size": size, "stratify": stratify} | rows


def generator(seed):
    draws = numpy.random.default_rng(seed)
    return {
        "seed": seed,
        "permutation": draws.permutation(10).tolist(),
        "choice": draws.choice(numpy.arange(7), 3, replace=False).tolist(),
        "all": draws.choice(numpy.arange(5), 5, replace=False).tolist(),
        "one": draws.choice(numpy.arange(1), 1, replace=False).tolist(),
        "shuffled": draws.permutation([5, 6, 7, 8]).tolist(),
        "large": draws.permutation(70_000)[:8].tolist(),
    }


golden = {
    "datasets": datasets.__version__,
    "numpy": numpy.__version__,
    "generators": [generator(seed) for seed in (0, 1, 42, 2**32 - 1, 2**40 + 3)],
    "splits": [
        split(counts, seed, size, stratify)
        for counts in ([12, 7], [5, 5, 5], [40, 13, 2], [9, 9, 9, 9, 9, 9, 9])
        for seed in (0, 42)
        for size, stratify in ((0.2, False), (0.33, True), (9, True), (5, False))
        if not stratify or (size if size >= 1 else size * sum(counts)) >= len(counts)
    ],
}
path = pathlib.Path(__file__).parent / "split.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
