"""Tiny DINOv2 checkpoints with logits and two training steps, and freshly drawn weights, from transformers.

dinov2-tiny/: trained at another size than the config's, as DINOv2 is used.
dinov2-gated/: SwiGLU as the giant model, no qkv bias, no mask token, at the config's own size.
dinov2-fresh.json, dinov2-gated-fresh.json: what `Dinov2ForImageClassification(config)` draws after `set_seed(42)`.
"""

from classifiers import here, labelled, write_checkpoint, write_fresh
from transformers import Dinov2Config, Dinov2ForImageClassification, Dinov2Model, set_seed

sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=28, patch_size=4)

set_seed(1)
tiny = Dinov2Config(**sizes, initializer_range=0.2, **labelled)
write_checkpoint(Dinov2ForImageClassification(tiny), here / "dinov2-tiny", (16, 16), [(28, 28), (12, 20)])

gated = Dinov2Config(
    **{**sizes, "image_size": 16}, initializer_range=0.2, use_swiglu_ffn=True, qkv_bias=False, use_mask_token=False,
    layerscale_value=0.5, **labelled,
)
write_checkpoint(Dinov2ForImageClassification(gated), here / "dinov2-gated", (16, 16))

for swiglu, name in ((False, "dinov2"), (True, "dinov2-gated")):
    fresh = Dinov2Config(**sizes, num_labels=3, layerscale_value=0.5, use_swiglu_ffn=swiglu)
    write_fresh(
        here / f"{name}-fresh.json", lambda: Dinov2ForImageClassification(fresh), Dinov2Model(fresh), here / "dinov2-bare"
    )
