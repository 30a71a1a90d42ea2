"""Tiny ResNets from transformers: logits, loss, gradients and running statistics of one batch, and fresh weights.

resnet-basic/: basic blocks, the first stage halves. resnet-bottleneck/: bottlenecks, the stride in their first convolution.
resnet-fresh.json: what `ResNetForImageClassification(config)` draws after `set_seed(42)`, its head after `from_pretrained`,
and what the Trainer decays.
"""

import json

from convolutional import decay_names, disturb, fresh, here, save
from transformers import ResNetConfig, ResNetForImageClassification, set_seed

names = {0: "boot", 1: "sandal", 2: "shoe"}
labels = {"id2label": names, "label2id": {v: k for k, v in names.items()}}
basic = ResNetConfig(
    embedding_size=8, hidden_sizes=[8, 12], depths=[1, 2], layer_type="basic", downsample_in_first_stage=True, **labels
)
bottleneck = ResNetConfig(
    embedding_size=8, hidden_sizes=[16, 24], depths=[2, 1], layer_type="bottleneck", downsample_in_bottleneck=True, **labels
)
for name, config, height, width in (("resnet-basic", basic, 48, 40), ("resnet-bottleneck", bottleneck, 32, 32)):
    set_seed(1)
    model = ResNetForImageClassification(config)
    disturb(model, 2)
    save(model, here / name, height, width, 3)

plain = ResNetConfig(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], layer_type="bottleneck", num_labels=3)
path = here / "resnet-fresh.json"
fresh(ResNetForImageClassification, plain, path)
expected = json.loads(path.read_text())
expected["decays"] = decay_names(ResNetForImageClassification(plain))
path.write_text(json.dumps(expected) + "\n")
