"""Tiny BiTs from transformers: logits, loss and gradients of one batch, and fresh weights.

bit-same/: pre-activation blocks padded as TensorFlow does, odd image sides. bit-symmetric/: blocks normalised after their
convolutions, PyTorch's padding. bit-fresh.json: what `BitForImageClassification(config)` draws after `set_seed(42)`, its
head after `from_pretrained`, and what the Trainer decays.
"""

import json

from convolutional import decay_names, disturb, fresh, here, save
from transformers import BitConfig, BitForImageClassification, set_seed

names = {0: "boot", 1: "sandal", 2: "shoe"}
labels = {"id2label": names, "label2id": {v: k for k, v in names.items()}}
same = BitConfig(
    embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], num_groups=4, global_padding="same",
    embedding_dynamic_padding=True, **labels,
)
symmetric = BitConfig(
    embedding_size=8, hidden_sizes=[16, 32], depths=[2, 1], num_groups=2, layer_type="bottleneck", **labels
)
for name, config, height, width in (("bit-same", same, 45, 38), ("bit-symmetric", symmetric, 32, 40)):
    set_seed(1)
    model = BitForImageClassification(config)
    disturb(model, 2)
    save(model, here / name, height, width, 3)

plain = BitConfig(embedding_size=8, hidden_sizes=[32, 64], depths=[1, 2], num_groups=8, num_labels=3)
path = here / "bit-fresh.json"
fresh(BitForImageClassification, plain, path)
expected = json.loads(path.read_text())
expected["decays"] = decay_names(BitForImageClassification(plain))
path.write_text(json.dumps(expected) + "\n")
