"""What always stands in view: shape, which numbers share a mean, parameters, what is kept."""

from __future__ import annotations

from experiments.normalization.spec import BATCH, CHANNELS, EXAMPLES, GROUP, GROUPS, INSTANCE, PLACES, SHAPE, NormSpec
from experiments.numbers import whole


def facts(spec: NormSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    rows = spec.rows(spec.input())
    parameters = spec.layer.parameter_count(SHAPE[1:])
    over = {
        BATCH: f"{EXAMPLES} examples × {PLACES} places, a channel each",
        INSTANCE: f"{PLACES} places, an example and a channel each",
        GROUP: f"{PLACES} places × {CHANNELS // GROUPS} channels, an example and a group each",
    }
    size = "mean" if spec.centres else "mean square"
    kept = 2 * CHANNELS if spec.norm == BATCH else 0
    return (
        ("Output shape", str(SHAPE), "that of its input"),
        (
            f"Share a {size}",
            whole(rows.shape[1]),
            over.get(spec.norm, f"{CHANNELS} channels, a place of an example each"),
        ),
        (f"{size.capitalize()}s", whole(rows.shape[0]), "a variance each" if spec.centres else "no mean is subtracted"),
        ("Parameters", whole(parameters), "γ and β a channel" if spec.centres else "γ a channel"),
        ("Kept for inference", whole(kept), "μ and σ² a channel" if kept else "nothing"),
    )
