"""Parquet files as Hugging Face's datasets and pyarrow write them, and what is in them."""

import hashlib
import io
import json
import pathlib

import datasets
import numpy
import PIL.Image
import pyarrow
import pyarrow.parquet

here = pathlib.Path(__file__).parent / "parquet"
(here / "hub/data").mkdir(parents=True, exist_ok=True)
(here / "tables").mkdir(exist_ok=True)
expected = {}


def encoded(seed, kind):
    pixels = numpy.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=numpy.uint8)
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


# Class names out of order: label numbers follow the export, not the alphabet.
names = ["shoe", "boot", "sandal"]
features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=names)})
rows = [{"image": {"bytes": encoded(i, "PNG" if i % 2 else "JPEG"), "path": f"{i}.x"}, "label": i % 2} for i in range(7)]
shards = {"train-00000-of-00002": rows[:3], "train-00001-of-00002": rows[3:5], "test-00000-of-00001": rows[5:]}
for shard, members in shards.items():
    made = datasets.Dataset.from_list(members, features=features)
    made.to_parquet(here / f"hub/data/{shard}.parquet", batch_size=2)
    expected[shard] = [{"sha256": hashlib.sha256(r["image"]["bytes"]).hexdigest(), "label": r["label"]} for r in members]

# Paths and labels under every codec, dictionary-encoded or not, and with several row groups.
table = {"file_name": [f"{i}.png" for i in range(6)], "label": ["a", "b", "b", "a", "ä", "b"], "split": ["train"] * 4 + ["test"] * 2}
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pyarrow.parquet.write_table(
        pyarrow.table(table),
        here / f"tables/{codec}.parquet",
        compression=codec,
        row_group_size=4,
        use_dictionary=codec != "gzip",
        data_page_version="2.0" if codec == "zstd" else "1.0",
    )
expected["table"] = table
wrong = {"image": [rows[0]["image"], None, {"bytes": None, "path": "x.jpg"}, {"bytes": b"text", "path": None}], "label": [0, 1, None, 9]}
schema = pyarrow.schema({"image": pyarrow.struct({"bytes": pyarrow.binary(), "path": pyarrow.string()}), "label": pyarrow.int64()})
schema = schema.with_metadata({"huggingface": json.dumps({"info": {"features": features.to_dict()}})})
pyarrow.parquet.write_table(pyarrow.table(wrong, schema=schema), here / "wrong.parquet")
plain = {"picture": [encoded(8, "PNG"), encoded(9, "PNG")], "kind": [10, 9]}
pyarrow.parquet.write_table(pyarrow.table(plain), here / "plain.parquet")
expected["plain"] = [hashlib.sha256(b).hexdigest() for b in plain["picture"]]
other = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
datasets.Dataset.from_list(rows[:1], features=other).to_parquet(here / "other.parquet")
(here / "expected.json").write_text(json.dumps(expected) + "\n")
