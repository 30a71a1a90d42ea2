"""What the make_<family>.py of ViT's kin, Swin and ConvNeXt share: images, a trace of two training steps, names on disk, digests."""

import hashlib
import json
import pathlib
import shutil

import numpy
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import Trainer, set_seed

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)
classes = {0: "boot", 1: "sandal", 2: "shoe"}
labelled = {"id2label": classes, "label2id": {name: i for i, name in classes.items()}}


def draw_images(count, height, width, seed):
    """Smooth colour gradients with noise, uint8 [count, height, width, 3]."""
    random = numpy.random.RandomState(seed)
    y, x = numpy.mgrid[:height, :width]
    slopes = random.randint(-4, 5, (2, count, 1, 1, 3))
    images = 128 + slopes[0] * (x - width // 2)[None, ..., None] + slopes[1] * (y - height // 2)[None, ..., None]
    return (images + random.randint(-40, 41, images.shape)).clip(0, 255).astype(numpy.uint8)


def pixel_values(images):
    scaled = (images.astype(numpy.float64) / 255).astype(numpy.float32)
    return torch.from_numpy(((scaled - 0.5) / 0.5).transpose(0, 3, 1, 2).copy())


def disturb(model, seed):
    """Adds noise to what starts out constant, so that every parameter matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, parameter in model.named_parameters():
            if parameter.numel() and (parameter == parameter.flatten()[0]).all():
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.2)


def save(model, folder):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)


def names_on_disk(model, folder):
    """Name in memory → name in the saved file, by content; None for the halves of what is one tensor there."""
    with safe_open(folder / "model.safetensors", "pt") as file:
        saved = {file.get_tensor(name).numpy().tobytes(): name for name in file.keys()}
    return {name: saved.get(value.detach().numpy().tobytes()) for name, value in model.named_parameters()}


def decayed(model):
    return Trainer.get_decay_parameter_names(None, model)


def logits(model, pixels, **options):
    model.eval()
    with torch.no_grad():
        return model(pixels, **options).logits.tolist()


def train(model, pixels, labels, lr, weight_decay, **options):
    """Two AdamW steps over all images, clipped to norm 1. The loss is computed here, since DeiT with teacher has none."""
    decay = set(decayed(model))
    groups = [
        {"params": [p for n, p in model.named_parameters() if n in decay], "weight_decay": weight_decay},
        {"params": [p for n, p in model.named_parameters() if n not in decay], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.999), eps=1e-8)
    model.train()
    trace = []
    for _ in range(2):
        loss = torch.nn.functional.cross_entropy(model(pixels, **options).logits, torch.tensor(labels))
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        trace.append({"loss": loss.item(), "gradNorm": norm.item()})
    return trace


def write_checkpoint(model, folder, image, others=(), lr=3e-3, weight_decay=0.5, **options):
    """A disturbed checkpoint, logits at sizes `image` and `others`, two steps at `image` and the logits after them."""
    disturb(model, 2)
    save(model, folder)
    spelled = names_on_disk(model, folder)
    images = {f"{h}x{w}": draw_images(4 if i == 0 else 2, h, w, 3 + i) for i, (h, w) in enumerate([image, *others])}
    save_file({size: torch.from_numpy(value) for size, value in images.items()}, folder / "images.safetensors")
    (folder / "images.safetensors").chmod(0o644)
    at_image = pixel_values(images[f"{image[0]}x{image[1]}"])
    labels = [0, 1, 2, 1]
    before = {size: logits(model, pixel_values(value), **options) for size, value in images.items()}
    steps = train(model, at_image, labels, lr, weight_decay, **options)
    expected = {
        "parameters": parameters_of(model, spelled),
        "logits": before,
        "labels": labels,
        "learningRate": lr,
        "weightDecay": weight_decay,
        "steps": steps,
        "logitsAfter": logits(model, at_image, **options),
    }
    write(folder / "expected.json", expected)


def parameters_of(model, spelled):
    """In the order of the modules. SwiGLU's two inner layers are one tensor on disk, which has no name in memory."""
    decay = set(decayed(model))
    parameters = []
    for n, name in spelled.items():
        if name is None and "gate_proj" in n:
            name = n = n.replace("gate_proj", "weights_in")
        if name is not None and not name.endswith("mask_token"):
            parameters.append({"name": name, "spelled": n, "decay": not n.endswith("bias") if "weights_in" in n else n in decay})
    return parameters


def digest(value):
    return hashlib.sha256(value.detach().numpy().tobytes()).hexdigest()


def as_on_disk(parameters):
    """SwiGLU's two inner layers as the one tensor that they are on disk."""
    for n, value in parameters.items():
        if "gate_proj" in n:
            yield n.replace("gate_proj", "weights_in"), torch.cat([value, parameters[n.replace("gate_proj", "up_proj")]])
        elif "up_proj" not in n:
            yield n, value


def write_fresh(path, make, bare, folder):
    """Digests of what `make()` holds after `set_seed(42)`, and of the head or heads that a bare checkpoint gets."""
    set_seed(42)
    model = make()
    weights = [
        {"spelled": n, "shape": list(v.shape), "first": v.flatten()[:4].tolist(), "sha256": digest(v)}
        for n, v in as_on_disk(dict(model.named_parameters()))
    ]
    save(bare, folder)
    set_seed(42)
    model = type(model).from_pretrained(folder, num_labels=3)
    heads = [module.weight for name, module in model.named_children() if "classifier" in name]
    shutil.rmtree(folder)
    write(path, {"seed": 42, "weights": weights, "head": digest(torch.cat(heads))})


def write(path, value):
    path.write_text(json.dumps(value) + "\n")
