"""Tiny BEiT checkpoints with logits and two training steps, and freshly drawn weights, from transformers.

beit-tiny/: a table of relative positions a block, mask token, mean pooling; trained at another size than the config's.
beit-shared/: one table for all blocks and one each, absolute positions, the class token's head, no scales.
beit-fresh.json: what `BeitForImageClassification(config)` draws after `set_seed(42)`.
"""

from classifiers import here, labelled, write_checkpoint, write_fresh
from transformers import BeitConfig, BeitForImageClassification, BeitModel, set_seed

sizes = dict(
    hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=4,
    drop_path_rate=0.0, vocab_size=8,
)

set_seed(1)
tiny = BeitConfig(**sizes, initializer_range=0.2, use_relative_position_bias=True, use_mask_token=True, **labelled)
write_checkpoint(BeitForImageClassification(tiny), here / "beit-tiny", (20, 12), [(16, 16), (8, 24)])

shared = BeitConfig(
    **sizes, initializer_range=0.2, use_relative_position_bias=True, use_shared_relative_position_bias=True,
    use_absolute_position_embeddings=True, use_mean_pooling=False, layer_scale_init_value=0.0, hidden_act="relu",
    layer_norm_eps=1e-3, **labelled,
)
write_checkpoint(BeitForImageClassification(shared), here / "beit-shared", (16, 16), [(12, 20)])

fresh = BeitConfig(**sizes, num_labels=3, use_relative_position_bias=True, use_mask_token=True)
write_fresh(here / "beit-fresh.json", lambda: BeitForImageClassification(fresh), BeitModel(fresh), here / "beit-bare")
