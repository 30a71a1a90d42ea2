"""
Two epochs of transformers' Trainer on a tiny ViT, validated after each: order, loss, gradient norm, learning rate.
Writes trainer/{config.json, model.safetensors, data.safetensors, trainer.json} beside this file.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.metrics import accuracy_score, f1_score
from transformers import Trainer, TrainingArguments, ViTConfig, ViTForImageClassification, set_seed

SEED, EPOCHS, BATCH, EVAL_BATCH, RATE, WARMUP, DECAY, MAX_NORM = 42, 2, 4, 5, 3e-3, 2, 0.1, 1.0
out = Path(__file__).with_name("trainer")
shutil.rmtree(out, ignore_errors=True)
out.mkdir()

set_seed(7)
config = ViTConfig(
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    image_size=8,
    patch_size=4,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    initializer_range=0.2,
    id2label={0: "boot", 1: "sandal", 2: "shoe"},
    label2id={"boot": 0, "sandal": 1, "shoe": 2},
)
model = ViTForImageClassification(config)
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.02)
model.save_pretrained(out)

generator = np.random.default_rng(3)


def examples(count):
    labels = generator.integers(0, 3, count)
    pixels = generator.normal(0, 1, (count, 3, 8, 8)).astype(np.float32)
    pixels[np.arange(count), labels] += 0.5
    return [{"pixel_values": torch.tensor(p), "labels": int(y)} for p, y in zip(pixels, labels, strict=True)]


train, validation = examples(18), examples(12)
for i, example in enumerate(train):
    example["index"] = i


def nhwc(part):
    return torch.stack([e["pixel_values"].permute(1, 2, 0) for e in part]).contiguous()


def labels_of(part):
    return torch.tensor([e["labels"] for e in part], dtype=torch.int32)


save_file(
    {
        "train.pixels": nhwc(train),
        "train.labels": labels_of(train),
        "validation.pixels": nhwc(validation),
        "validation.labels": labels_of(validation),
    },
    out / "data.safetensors",
)

order = []


def collate(batch):
    if "index" in batch[0]:
        order.append([e["index"] for e in batch])
    return {
        "pixel_values": torch.stack([e["pixel_values"] for e in batch]),
        "labels": torch.tensor([e["labels"] for e in batch]),
    }


def metrics(evaluated):
    predicted = evaluated.predictions.argmax(axis=1)
    return {
        "accuracy": accuracy_score(evaluated.label_ids, predicted),
        "f1": f1_score(evaluated.label_ids, predicted, average="weighted"),
    }


torch.set_num_threads(1)
with tempfile.TemporaryDirectory() as scratch:
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=scratch,
            use_cpu=True,
            seed=SEED,
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=BATCH,
            per_device_eval_batch_size=EVAL_BATCH,
            learning_rate=RATE,
            warmup_steps=WARMUP,
            weight_decay=DECAY,
            max_grad_norm=MAX_NORM,
            logging_steps=1,
            eval_strategy="epoch",
            save_strategy="no",
            remove_unused_columns=False,
            disable_tqdm=True,
            report_to="none",
        ),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=collate,
        compute_metrics=metrics,
    )
    trainer.train()

log = trainer.state.log_history
golden = {
    "seed": SEED,
    "epochs": EPOCHS,
    "batchSize": BATCH,
    "learningRate": RATE,
    "warmupSteps": WARMUP,
    "weightDecay": DECAY,
    "maxGradNorm": MAX_NORM,
    "order": order,
    "steps": [
        {"loss": e["loss"], "gradNorm": e["grad_norm"], "learningRate": e["learning_rate"]} for e in log if "grad_norm" in e
    ],
    "validation": [
        {"loss": e["eval_loss"], "accuracy": e["eval_accuracy"], "f1": e["eval_f1"]} for e in log if "eval_loss" in e
    ],
}
for file in out.iterdir():
    file.chmod(0o644)
(out / "trainer.json").write_text(json.dumps(golden, indent=1) + "\n")
