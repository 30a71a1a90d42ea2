"""Tiny ViT checkpoints with their logits, 12 AdamW steps, and freshly initialised weights, from transformers.

vit-tiny/: a ViTForImageClassification with logits and a training trace; a strong weight decay shows what it spares.
vit-bare/: a bare ViTModel (pooler, no head; no qkv bias, tanh gelu, non-square image) and the head that
`from_pretrained` gives it after `set_seed(42)`.
vit-fresh.json: what `ViTForImageClassification(config)` draws after `set_seed(42)`.
"""

import hashlib
import json
import pathlib
import shutil

import numpy
import torch
from safetensors.torch import save_file
from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessorPil, ViTModel, get_scheduler, set_seed

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)


def draw_images(count, height, width, seed):
    """Coloured discs and bars on gradients with some noise, uint8 [count, height, width, 3]; and which it was."""
    random = numpy.random.RandomState(seed)
    y, x = numpy.mgrid[:height, :width]
    images, labels = [], []
    for i in range(count):
        label = i % 3
        image = (x[..., None] * random.randint(0, 4, 3) + y[..., None] * random.randint(0, 4, 3)) // 2
        cy, cx, r = random.randint(height // 4, 3 * height // 4), random.randint(width // 4, 3 * width // 4), height // 4
        mask = [(y - cy) ** 2 + (x - cx) ** 2 < r * r, abs(y - cy) < r // 2, abs(x - cx) < r // 2][label]
        image = numpy.where(mask[..., None], random.randint(60, 256, 3), image) + random.randint(-9, 10, image.shape)
        images.append(image.clip(0, 255).astype(numpy.uint8))
        labels.append(label)
    return numpy.stack(images), labels


def pixel_values(images):
    scaled = (images.astype(numpy.float64) / 255).astype(numpy.float32)
    return torch.from_numpy(((scaled - 0.5) / 0.5).transpose(0, 3, 1, 2).copy())


def disturb(model, seed):
    """Random norms and biases too, so that every parameter matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "layernorm" in name:
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.1)


def save(model, folder, size):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    ViTImageProcessorPil(size=size).save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)


def no_decay(name):
    return "bias" in name or "layernorm" in name


def train(model, pixels, labels, steps, batch_size, lr, weight_decay):
    groups = [
        {"params": [p for n, p in model.named_parameters() if not no_decay(n)], "weight_decay": weight_decay},
        {"params": [p for n, p in model.named_parameters() if no_decay(n)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.999), eps=1e-8)
    scheduler = get_scheduler("linear", optimizer, num_warmup_steps=2, num_training_steps=steps)
    batches = [range(i, min(i + batch_size, len(labels))) for i in range(0, len(labels), batch_size)]
    model.train()
    trace = []
    for step in range(steps):
        batch = list(batches[step % len(batches)])
        rate = scheduler.get_last_lr()[0]
        loss = model(pixels[batch], labels=torch.tensor([labels[i] for i in batch])).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        trace.append({"images": batch, "learningRate": rate, "loss": loss.item(), "gradNorm": norm.item()})
    return trace


def logits(model, pixels):
    model.eval()
    with torch.no_grad():
        return model(pixels).logits.tolist()


def write(path, value):
    path.write_text(json.dumps(value) + "\n")


names = {0: "boot", 1: "sandal", 2: "shoe"}
tiny = ViTConfig(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, image_size=32, patch_size=8,
    initializer_range=0.15, id2label=names, label2id={v: k for k, v in names.items()},
)
set_seed(1)
model = ViTForImageClassification(tiny)
disturb(model, 2)
save(model, here / "vit-tiny", {"height": 32, "width": 32})
images, labels = draw_images(11, 32, 32, 3)
save_file({"images": torch.from_numpy(images)}, here / "vit-tiny" / "images.safetensors")
before = logits(model, pixel_values(images))
trace = train(model, pixel_values(images), labels, steps=12, batch_size=4, lr=3e-3, weight_decay=0.5)
after = logits(model, pixel_values(images))
write(here / "vit-tiny" / "expected.json", {"labels": labels, "logits": before, "steps": trace, "logitsAfter": after})

bare = ViTConfig(
    hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=[32, 48], patch_size=8,
    initializer_range=0.2, qkv_bias=False, hidden_act="gelu_new",
)
set_seed(4)
model = ViTModel(bare)
disturb(model, 5)
save(model, here / "vit-bare", {"height": 32, "width": 48})
set_seed(42)
model = ViTForImageClassification.from_pretrained(here / "vit-bare", num_labels=3)
images, _ = draw_images(3, 32, 48, 6)
save_file({"images": torch.from_numpy(images)}, here / "vit-bare" / "images.safetensors")
expected = {"head": model.classifier.weight.tolist(), "logits": logits(model, pixel_values(images))}
write(here / "vit-bare" / "expected.json", expected)
for folder in ("vit-tiny", "vit-bare"):
    (here / folder / "images.safetensors").chmod(0o644)

set_seed(42)
fresh = ViTForImageClassification(
    ViTConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40, image_size=16, patch_size=8,
        num_labels=3,
    )
)
legacy = [
    ("vit.layers.", "vit.encoder.layer."), (".attention.q_proj.", ".attention.attention.query."),
    (".attention.k_proj.", ".attention.attention.key."), (".attention.v_proj.", ".attention.attention.value."),
    (".attention.o_proj.", ".attention.output.dense."), (".mlp.fc1.", ".intermediate.dense."), (".mlp.fc2.", ".output.dense."),
]
weights = {}
for name, value in fresh.state_dict().items():
    for new, old in legacy:
        name = name.replace(new, old)
    digest = hashlib.sha256(value.numpy().tobytes()).hexdigest()
    weights[name] = {"shape": list(value.shape), "first": value.flatten()[:4].tolist(), "sha256": digest}
write(here / "vit-fresh.json", {"seed": 42, "weights": weights})
