"""Schedules, sampler orders, classification metrics and cross-entropy: writes training.json beside this file."""

import json
from pathlib import Path

import numpy as np
import torch
from accelerate.data_loader import SeedableRandomSampler
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from transformers import get_scheduler

PEAK = 3e-4


def learning_rates(scheduler, optimizer, total):
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def schedules():
    cases = []
    for name in ("linear", "cosine", "constant", "one-cycle"):
        for total, warmup in ((1, 0), (10, 0), (10, 3), (7, 7), (37, 12)):
            if name == "one-cycle" and warmup:
                warmup = 0
            optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
            if name == "one-cycle":
                scheduler = torch.optim.lr_scheduler.OneCycleLR(
                    optimizer, max_lr=PEAK, total_steps=total, cycle_momentum=False
                )
                # OneCycleLR allows total + 1 readings and refuses the step after the last.
                rates = []
                for k in range(total):
                    rates.append(optimizer.param_groups[0]["lr"])
                    optimizer.step()
                    if k + 1 < total:
                        scheduler.step()
            else:
                hf = "constant_with_warmup" if name == "constant" else name
                scheduler = get_scheduler(hf, optimizer, num_warmup_steps=warmup, num_training_steps=total)
                rates = learning_rates(scheduler, optimizer, total)
            cases.append({"name": name, "totalSteps": total, "warmupSteps": warmup, "rates": rates})
    return {"learningRate": PEAK, "cases": cases}


def orders():
    cases = []
    for count, seed in ((1, 42), (10, 42), (37, 0), (300, 2**31 + 5)):
        sampler = SeedableRandomSampler(range(count), data_seed=seed, generator=torch.Generator())
        cases.append({"count": count, "seed": seed, "epochs": [list(sampler) for _ in range(3)]})
    return cases


def metrics():
    generator = np.random.default_rng(5)
    cases = []
    shapes = [
        ("random", generator.integers(0, 4, 60), generator.integers(0, 4, 60), 4),
        ("a class never predicted", np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 1, 0, 0]), 3),
        ("a class without examples", np.array([0, 0, 1, 1]), np.array([0, 2, 1, 2]), 3),
        ("a class neither there nor predicted", np.array([0, 0, 2]), np.array([0, 2, 2]), 4),
        ("all wrong", np.array([0, 1, 2]), np.array([1, 2, 0]), 3),
        ("all right", np.array([0, 1, 1, 2]), np.array([0, 1, 1, 2]), 3),
    ]
    for what, actual, predicted, classes in shapes:
        labels = list(range(classes))
        p, r, f, s = precision_recall_fscore_support(actual, predicted, labels=labels, zero_division=0)
        wp, wr, wf, _ = precision_recall_fscore_support(
            actual, predicted, labels=labels, average="weighted", zero_division=0
        )
        cases.append(
            {
                "what": what,
                "confusion": confusion_matrix(actual, predicted, labels=labels).tolist(),
                "accuracy": accuracy_score(actual, predicted),
                "precision": wp,
                "recall": wr,
                "f1": wf,
                "perClass": [
                    {"precision": a, "recall": b, "f1": c, "support": int(d)}
                    for a, b, c, d in zip(p, r, f, s, strict=True)
                ],
            }
        )
    return cases


def predictions():
    generator = np.random.default_rng(9)
    logits = np.concatenate(
        [
            generator.normal(0, 3, (12, 3)),
            np.array([[80.0, -90.0, 0.0], [800.0, 0.0, -800.0], [0.0, 0.0, 0.0], [-1e4, -1e4, -1e4 + 1], [0, 40, 40]]),
        ]
    ).astype(np.float32)
    labels = generator.integers(0, 3, len(logits))
    wide = torch.tensor(logits, dtype=torch.float64)
    return {
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "losses": torch.nn.functional.cross_entropy(wide, torch.tensor(labels), reduction="none").tolist(),
        "predicted": logits.argmax(axis=1).tolist(),
        "confidence": wide.softmax(dim=1).max(dim=1).values.tolist(),
    }


golden = {"schedules": schedules(), "orders": orders(), "metrics": metrics(), "predictions": predictions()}
Path(__file__).with_name("training.json").write_text(json.dumps(golden) + "\n")
