"""Tiny ConvNeXt checkpoints with logits and two training steps, and freshly drawn weights, from transformers.

convnext-tiny/: also logits at a size that neither the patches nor the downsampling divide.
convnext-plain/: no layer scale, patches of 2, two stages, another activation.
convnext-fresh.json: what `ConvNextForImageClassification(config)` draws after `set_seed(42)`.
"""

from classifiers import here, labelled, write_checkpoint, write_fresh
from transformers import ConvNextConfig, ConvNextForImageClassification, ConvNextModel, set_seed

set_seed(1)
tiny = ConvNextConfig(
    image_size=32, num_stages=3, hidden_sizes=[8, 12, 16], depths=[1, 2, 1], layer_scale_init_value=0.5,
    initializer_range=0.2, **labelled,
)
write_checkpoint(ConvNextForImageClassification(tiny), here / "convnext-tiny", (32, 32), [(38, 46)])

plain = ConvNextConfig(
    image_size=20, patch_size=2, num_stages=2, hidden_sizes=[8, 12], depths=[1, 1], layer_scale_init_value=0.0,
    initializer_range=0.2, hidden_act="gelu_new", layer_norm_eps=1e-3, **labelled,
)
write_checkpoint(ConvNextForImageClassification(plain), here / "convnext-plain", (20, 20))

fresh = ConvNextConfig(num_stages=2, hidden_sizes=[8, 12], depths=[1, 2], patch_size=2, num_labels=3)
write_fresh(
    here / "convnext-fresh.json", lambda: ConvNextForImageClassification(fresh), ConvNextModel(fresh),
    here / "convnext-bare",
)
