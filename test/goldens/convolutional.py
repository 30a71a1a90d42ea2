"""What `make_resnet.py` and `make_bit.py` share: tiny checkpoints with logits, one training step and fresh weights."""

import hashlib
import json
import pathlib
import shutil

import numpy
import torch
from safetensors.torch import save_file
from transformers import set_seed

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)


def draw_images(count, height, width, seed):
    """Coloured bars on gradients with some noise, uint8 [count, height, width, 3]; and which it was."""
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
    """Random norms and running statistics too, so that every tensor matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("running_var"):
                tensor.mul_(1 + 0.5 * torch.rand(tensor.shape, generator=generator))
            elif name.endswith("num_batches_tracked"):
                tensor.fill_(7)
            elif tensor.ndim == 1:
                tensor.add_(torch.randn(tensor.shape, generator=generator) * 0.1)


def write(path, value):
    path.write_text(json.dumps(value) + "\n")


def save(model, folder, height, width, seed):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    images, labels = draw_images(6, height, width, seed)
    save_file({"images": torch.from_numpy(images)}, folder / "images.safetensors")
    pixels = pixel_values(images)
    model.eval()
    with torch.no_grad():
        logits = model(pixels).logits.tolist()
    model.train()
    model.zero_grad()
    loss = model(pixels, labels=torch.tensor(labels)).loss
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9).item()
    expected = {
        "labels": labels,
        "logits": logits,
        "loss": loss.item(),
        "gradNorm": norm,
        "gradients": {
            name: {"norm": p.grad.norm().item(), "first": p.grad.flatten()[:3].tolist()}
            for name, p in model.named_parameters()
        },
        "buffersAfter": {name: value.flatten().tolist() for name, value in model.named_buffers()},
    }
    write(folder / "expected.json", expected)
    for file in folder.iterdir():
        file.chmod(0o644)


def fresh(model_class, config, path):
    """What `model_class(config)` draws after `set_seed(42)`, and the head that `from_pretrained` gives a bare model."""
    set_seed(42)
    model = model_class(config)
    weights = {}
    for name, value in model.state_dict().items():
        digest = hashlib.sha256(value.numpy().tobytes()).hexdigest()
        weights[name] = {"shape": list(value.shape), "first": value.flatten()[:4].tolist(), "sha256": digest}
    folder = here / "bare"
    model.base_model.save_pretrained(folder)
    set_seed(42)
    headed = model_class.from_pretrained(folder, num_labels=3)
    shutil.rmtree(folder)
    head = {name: value.flatten().tolist() for name, value in headed.classifier[1].state_dict().items()}
    write(path, {"seed": 42, "weights": weights, "head": head})


def decay_names(model):
    from transformers import Trainer

    return Trainer.get_decay_parameter_names(None, model)
