"""Tiny DeiT checkpoints with logits and two training steps, and freshly drawn weights, from transformers.

deit-tiny/: one head; also logits at other sizes.
deit-teacher/: two heads, no qkv bias, another activation.
deit-fresh.json, deit-teacher-fresh.json: what both classes draw after `set_seed(42)`.
"""

from classifiers import here, labelled, write_checkpoint, write_fresh
from transformers import (
    DeiTConfig, DeiTForImageClassification, DeiTForImageClassificationWithTeacher, DeiTModel, set_seed,
)

sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=4)

set_seed(1)
tiny = DeiTConfig(**sizes, initializer_range=0.2, **labelled)
model = DeiTForImageClassification(tiny)
write_checkpoint(model, here / "deit-tiny", (16, 16), [(20, 12), (8, 8)], interpolate_pos_encoding=True)

teacher = DeiTConfig(
    **sizes, initializer_range=0.2, qkv_bias=False, hidden_act="gelu_new", layer_norm_eps=1e-3, **labelled,
)
write_checkpoint(DeiTForImageClassificationWithTeacher(teacher), here / "deit-teacher", (16, 16))

fresh = DeiTConfig(**sizes, num_labels=3)
for kind, name in ((DeiTForImageClassification, "deit"), (DeiTForImageClassificationWithTeacher, "deit-teacher")):
    write_fresh(here / f"{name}-fresh.json", lambda: kind(fresh), DeiTModel(fresh), here / "deit-bare")
