"""Schedules, sampler orders, classification metrics and cross-entropy: writes training.json beside this file."""

import json
from pathlib import Path

import numpy as np
import torch
from accelerate.data_loader import SeedableRandomSampler
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from sklearn.utils.class_weight import compute_class_weight
from transformers import get_scheduler
from transformers.trainer_pt_utils import LabelSmoother

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
    for name in ("linear", "cosine", "constant", "polynomial", "one-cycle"):
        for total, warmup in ((1, 0), (10, 0), (10, 3), (7, 7), (37, 12)):
            if name == "one-cycle" and warmup:
                warmup = 0
            if name == "polynomial" and warmup == total:
                continue  # Hugging Face divides by 0 there.
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
                for power in (1, 2.5) if name == "polynomial" else (1,):
                    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
                    specific = {"power": power} if name == "polynomial" else {}
                    scheduler = get_scheduler(
                        hf,
                        optimizer,
                        num_warmup_steps=warmup,
                        num_training_steps=total,
                        scheduler_specific_kwargs=specific,
                    )
                    rates = learning_rates(scheduler, optimizer, total)
                    cases.append(
                        {"name": name, "power": power, "totalSteps": total, "warmupSteps": warmup, "rates": rates}
                    )
                continue
            cases.append({"name": name, "power": 1, "totalSteps": total, "warmupSteps": warmup, "rates": rates})
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


def losses():
    """Gradients of the loss by the logits tell the targets: softmax x their sum, less the targets."""
    generator = torch.Generator().manual_seed(3)
    weight = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
    sizes = (4, 4, 1)
    logits = torch.randn(sum(sizes), 3, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, 3, (sum(sizes),), generator=generator)
    cases = []
    for smoothing in (0.0, 0.1):
        for weights in (None, weight):
            loss = torch.nn.functional.cross_entropy(logits, labels, weight=weights, label_smoothing=smoothing)
            cases.append(
                {
                    "labelSmoothing": smoothing,
                    "classWeights": None if weights is None else weights.tolist(),
                    "loss": loss.item(),
                }
            )
    smoother = LabelSmoother(epsilon=0.1)
    whole = smoother({"logits": logits}, labels).item()
    balanced = compute_class_weight("balanced", classes=np.arange(3), y=labels.numpy())
    return {
        "sizes": sizes,
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "cases": cases,
        "labelSmoother": whole,
        "balanced": balanced.tolist(),
    }


golden = {"losses": losses(), "schedules": schedules(), "orders": orders(), "metrics": metrics(), "predictions": predictions()}
Path(__file__).with_name("training.json").write_text(json.dumps(golden) + "\n")
