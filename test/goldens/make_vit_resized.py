"""vit-resized/: a tiny ViT with logits and two training steps at other sizes than its own, from transformers."""

from classifiers import here, labelled, write_checkpoint
from transformers import ViTConfig, ViTForImageClassification, set_seed

set_seed(1)
config = ViTConfig(
    hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=4,
    initializer_range=0.2, **labelled,
)
model = ViTForImageClassification(config)
write_checkpoint(model, here / "vit-resized", (24, 20), [(16, 16), (8, 12)], interpolate_pos_encoding=True)
