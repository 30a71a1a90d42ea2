"""Tiny Swin checkpoints with logits and two training steps, and freshly drawn weights, from transformers.

swin-tiny/: shifted windows that divide the grid; also logits at a size where neither patch nor window divides.
swin-ragged/: odd grids (padded windows and merges), absolute positions, no qkv bias, another activation; also logits
with interpolated positions.
swin-fresh.json: what `SwinForImageClassification(config)` draws after `set_seed(42)`.
"""

from classifiers import here, labelled, write_checkpoint, write_fresh
from transformers import SwinConfig, SwinForImageClassification, SwinModel, set_seed

set_seed(1)
tiny = SwinConfig(
    image_size=32, patch_size=4, embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=4, mlp_ratio=2,
    drop_path_rate=0.0, initializer_range=0.2, **labelled,
)
write_checkpoint(SwinForImageClassification(tiny), here / "swin-tiny", (32, 32), [(26, 38)])

ragged = SwinConfig(
    image_size=22, patch_size=2, embed_dim=8, depths=[2, 2], num_heads=[2, 2], window_size=4, mlp_ratio=1.5,
    drop_path_rate=0.0, initializer_range=0.2, use_absolute_embeddings=True, qkv_bias=False, hidden_act="gelu_new",
    layer_norm_eps=1e-3, **labelled,
)
write_checkpoint(
    SwinForImageClassification(ragged), here / "swin-ragged", (22, 22), [(26, 34)],
    interpolate_pos_encoding=True,
)

fresh = SwinConfig(
    image_size=16, patch_size=2, embed_dim=8, depths=[1, 2], num_heads=[2, 2], window_size=4,
    use_absolute_embeddings=True, num_labels=3,
)
write_fresh(here / "swin-fresh.json", lambda: SwinForImageClassification(fresh), SwinModel(fresh), here / "swin-bare")
