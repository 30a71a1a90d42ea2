"""
Three epochs of transformers' Trainer on images from a folder, once a family and several ways for ViT.
Writes parity/images/{train,validation}/<class>/*.png and, for each family, parity/<family>/{config.json,
model.safetensors, preprocessor_config.json}, and parity/runs.json: the arguments, the batches in order, each step's
loss, gradient norm and learning rate, each epoch's metrics, and the logits after training.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from datasets import load_dataset
from PIL import Image
from sklearn.metrics import accuracy_score, f1_score
from transformers import AutoImageProcessor, AutoModelForImageClassification, Trainer, TrainingArguments, set_seed

SIZE = 16
CLASSES = ["boot", "sandal", "shoe"]
out = Path(__file__).with_name("parity")
shutil.rmtree(out, ignore_errors=True)
images = out / "images"


def draw():
    """Noise with a stripe whose place tells the class; odd sizes, so that the processors have work."""
    generator = np.random.default_rng(3)
    for part, count in (("train", 6), ("validation", 4)):
        for label, name in enumerate(CLASSES):
            folder = images / part / name
            folder.mkdir(parents=True)
            for i in range(count):
                height, width = generator.integers(14, 24, 2)
                pixels = generator.integers(0, 160, (height, width, 3), dtype=np.uint8)
                pixels[height * label // 3 : height * (label + 1) // 3, :, label] += np.uint8(60)
                Image.fromarray(pixels).save(folder / f"{i:02}.png", optimize=True)


labels = {"id2label": dict(enumerate(CLASSES)), "label2id": {name: i for i, name in enumerate(CLASSES)}}
transformer = dict(
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    image_size=SIZE,
    patch_size=4,
    initializer_range=0.2,
)
square = dict(do_normalize=True, image_mean=[0.5] * 3, image_std=[0.5] * 3)

# family → (config, processor)
families = {
    "vit": (
        transformers.ViTConfig(**transformer, **labels),
        dict(image_processor_type="ViTImageProcessor", size={"height": SIZE, "width": SIZE}, resample=2, **square),
    ),
    "deit": (
        transformers.DeiTConfig(**transformer, **labels),
        dict(
            image_processor_type="DeiTImageProcessor",
            size={"height": 18, "width": 18},
            crop_size={"height": SIZE, "width": SIZE},
            do_center_crop=True,
            resample=3,
            image_mean=[0.485, 0.456, 0.406],
            image_std=[0.229, 0.224, 0.225],
        ),
    ),
    "dinov2": (
        transformers.Dinov2Config(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=28, patch_size=4,
            initializer_range=0.2, **labels,
        ),
        dict(
            image_processor_type="BitImageProcessor",
            size={"shortest_edge": 18},
            crop_size={"height": SIZE, "width": SIZE},
            do_center_crop=True,
            resample=3,
            image_mean=[0.485, 0.456, 0.406],
            image_std=[0.229, 0.224, 0.225],
        ),
    ),
    "beit": (
        transformers.BeitConfig(
            **transformer, vocab_size=8, use_relative_position_bias=True, use_mask_token=False, drop_path_rate=0.0,
            layer_scale_init_value=0.1, **labels,
        ),
        dict(image_processor_type="BeitImageProcessor", size={"height": SIZE, "width": SIZE}, do_center_crop=False,
             resample=3, **square),
    ),
    "swin": (
        transformers.SwinConfig(
            image_size=SIZE, patch_size=2, embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=4, mlp_ratio=2,
            drop_path_rate=0.0, initializer_range=0.2, **labels,
        ),
        dict(image_processor_type="ViTImageProcessor", size={"height": SIZE, "width": SIZE}, resample=3, **square),
    ),
    "convnext": (
        transformers.ConvNextConfig(
            image_size=SIZE, patch_size=2, num_stages=2, hidden_sizes=[8, 16], depths=[2, 1], drop_path_rate=0.0,
            initializer_range=0.2, layer_scale_init_value=0.5, **labels,
        ),
        dict(image_processor_type="ConvNextImageProcessor", size={"shortest_edge": SIZE}, crop_pct=0.875, resample=3,
             **square),
    ),
    "resnet": (
        transformers.ResNetConfig(
            embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], layer_type="bottleneck", **labels,
        ),
        dict(image_processor_type="ConvNextImageProcessor", size={"shortest_edge": SIZE}, crop_pct=0.875, resample=3,
             **square),
    ),
    "bit": (
        transformers.BitConfig(
            embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], num_groups=4, global_padding="SAME", **labels,
        ),
        dict(
            image_processor_type="BitImageProcessor",
            size={"shortest_edge": 18},
            crop_size={"height": SIZE, "width": SIZE},
            do_center_crop=True,
            resample=3,
            **square,
        ),
    ),
}

plain = dict(batchSize=4, accumulation=1, schedule="linear", warmupSteps=0, weightDecay=0.0, labelSmoothing=0.0)
runs = {
    "vit-linear": ("vit", dict(learningRate=3e-3)),
    "vit-cosine": ("vit", dict(learningRate=3e-3, schedule="cosine", warmupSteps=3, weightDecay=0.1)),
    "vit-accumulation": ("vit", dict(learningRate=3e-3, batchSize=2, accumulation=4)),
    "vit-smoothing": ("vit", dict(learningRate=3e-3, labelSmoothing=0.1)),
    **{name: (name, dict(learningRate=1e-3, weightDecay=0.05)) for name in families if name != "vit"},
}


def make_checkpoint(family):
    config, processor = families[family]
    set_seed(7)
    kind = type(config).__name__.replace("Config", "ForImageClassification")
    model = getattr(transformers, kind)(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    model.save_pretrained(out / family)
    (out / family / "preprocessor_config.json").write_text(json.dumps(processor, indent=1) + "\n")


def metrics(evaluated):
    predicted = evaluated.predictions.argmax(axis=1)
    return {
        "accuracy": accuracy_score(evaluated.label_ids, predicted),
        "f1": f1_score(evaluated.label_ids, predicted, average="weighted"),
    }


def run(family, arguments):
    settings = {**plain, **arguments}
    model = AutoModelForImageClassification.from_pretrained(out / family)
    processor = AutoImageProcessor.from_pretrained(out / family, use_fast=False)
    parts = load_dataset("imagefolder", data_dir=str(images))
    parts["train"] = parts["train"].add_column("index", list(range(len(parts["train"]))))
    prepared = parts.with_transform(
        lambda rows: {
            "pixel_values": processor([image.convert("RGB") for image in rows["image"]], return_tensors="pt")["pixel_values"],
            "labels": rows["label"],
            **({"index": rows["index"]} if "index" in rows else {}),
        }
    )
    order = []

    def collate(rows):
        if "index" in rows[0]:
            order.append([row["index"] for row in rows])
        return {
            "pixel_values": torch.stack([row["pixel_values"] for row in rows]),
            "labels": torch.tensor([row["labels"] for row in rows]),
        }

    with tempfile.TemporaryDirectory() as scratch:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=scratch,
                use_cpu=True,
                seed=42,
                num_train_epochs=3,
                per_device_train_batch_size=settings["batchSize"],
                per_device_eval_batch_size=5,
                gradient_accumulation_steps=settings["accumulation"],
                learning_rate=settings["learningRate"],
                lr_scheduler_type=settings["schedule"],
                warmup_steps=settings["warmupSteps"],
                weight_decay=settings["weightDecay"],
                label_smoothing_factor=settings["labelSmoothing"],
                logging_steps=1,
                eval_strategy="epoch",
                save_strategy="no",
                remove_unused_columns=False,
                disable_tqdm=True,
                report_to="none",
            ),
            train_dataset=prepared["train"],
            eval_dataset=prepared["validation"],
            data_collator=collate,
            compute_metrics=metrics,
        )
        before = trainer.predict(prepared["validation"]).predictions
        trainer.train()
        after = trainer.predict(prepared["validation"]).predictions
    log = trainer.state.log_history
    return {
        "family": family,
        "arguments": settings,
        "order": order,
        "steps": [[e["loss"], e["grad_norm"], e["learning_rate"]] for e in log if "grad_norm" in e],
        "validation": [[e["eval_loss"], e["eval_accuracy"], e["eval_f1"]] for e in log if "eval_loss" in e],
        "logitsBefore": before.tolist(),
        "logitsAfter": after.tolist(),
    }


torch.set_num_threads(1)
draw()
for family in families:
    make_checkpoint(family)
golden = {name: run(family, arguments) for name, (family, arguments) in runs.items()}
(out / "runs.json").write_text(json.dumps(golden) + "\n")
for file in out.rglob("*"):
    if file.is_file():
        file.chmod(0o644)
