"""Write small timm checkpoints with random weights, as timm saves them for the hub, and what they compute.

    pip install torch==2.13.0 torchvision timm==1.0.31 safetensors
    python test/goldens/make_timm.py

Makes timm/<architecture>/{config.json, model.safetensors, expected.json}: logits [2, labels] of pixels
[2, 3, height, width] that are sin(0.37 i), i their place in this order; or, for a model without a head, what Hugging Face's head would read.
"""

import json
import pathlib

import torch

# timm imports torchvision, whose compiled operators are not there beside a torch without CUDA; none of them is used.
for name in ("nms(Tensor a, Tensor b, float c) -> Tensor", "qnms(Tensor a, Tensor b, float c) -> Tensor"):
    torch.library.define("torchvision::" + name.split("(")[0], "(" + name.split("(", 1)[1])

import timm
from timm.models import resnetv2
from timm.models._hub import save_for_hf

here = pathlib.Path(__file__).parent / "timm"
transformer = dict(embed_dim=32, depth=2, num_heads=2)
models = {
    "vit_tiny_patch16_224": (32, dict(transformer, img_size=32, patch_size=8)),
    "deit_small_patch16_224": (32, dict(transformer, img_size=32, patch_size=8)),
    "deit_small_distilled_patch16_224": (32, dict(transformer, img_size=32, patch_size=8)),
    "vit_small_patch14_dinov2": (28, dict(transformer, img_size=28, num_classes=0)),
    "beit_base_patch16_224": (32, dict(transformer, img_size=32, patch_size=8)),
    "swin_tiny_patch4_window7_224": (32, dict(img_size=32, embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4)),
    "convnext_tiny": (64, dict(depths=(1, 1, 2, 1), dims=(8, 16, 24, 32))),
    "resnet18": (64, dict(layers=(1, 1, 2, 1), channels=(8, 8, 16, 16))),
    "resnet50": (64, dict(layers=(1, 1, 2, 1), channels=(8, 8, 16, 16))),
    "resnetv2_50x1_bit": (64, dict(layers=(1, 1), channels=(128, 128), stem_chs=32, width_factor=1)),
}

for architecture, (size, arguments) in models.items():
    torch.manual_seed(len(architecture))
    arguments = {"num_classes": 3, **arguments}
    overlay = dict(input_size=(3, size, size), num_classes=arguments["num_classes"], crop_pct=0.9)
    # This one's function takes no layers.
    create = resnetv2._create_resnetv2_bit if "bit" in architecture else timm.create_model
    model = create(architecture, pretrained=False, pretrained_cfg_overlay=overlay, **arguments).eval()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("relative_position_index"):
                continue
            if tensor.is_floating_point():
                tensor += torch.randn_like(tensor) * (0.1 if tensor.dim() > 1 else 0.2)
            if name.endswith("running_var"):
                tensor.abs_().add_(0.5)
    folder = here / architecture
    folder.mkdir(parents=True, exist_ok=True)
    save_for_hf(model, str(folder), safe_serialization=True)
    (folder / "pytorch_model.bin").unlink(missing_ok=True)
    # What the test can make itself.
    shape = (2, 3, size, size)
    pixels = torch.sin(torch.arange(2 * 3 * size * size, dtype=torch.float64) * 0.37).float().reshape(shape)
    with torch.no_grad():
        if arguments["num_classes"] == 0:
            tokens = model.forward_features(pixels)
            values = torch.cat([tokens[:, 0], tokens[:, 1:].mean(1)], 1)
        else:
            values = model(pixels)
    expected = {"timm": timm.__version__, "size": size, "values": values.tolist()}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(architecture, sum(p.numel() for p in model.parameters()), values.flatten()[:4].tolist())
