"""The scene of the lens: its format, its steps computed again, its bytes."""

from experiments.scene.evaluation import FUNCTIONS, Terms, evaluate, terms, values
from experiments.scene.format import (
    Edit,
    Frames,
    Grid,
    Group,
    Listed,
    Map,
    Phase,
    Read,
    Role,
    Scale,
    Scene,
    Select,
    Step,
    Sum,
    Window,
)
from experiments.scene.packing import pack

__all__ = [
    "FUNCTIONS",
    "Edit",
    "Frames",
    "Grid",
    "Group",
    "Listed",
    "Map",
    "Phase",
    "Read",
    "Role",
    "Scale",
    "Scene",
    "Select",
    "Step",
    "Sum",
    "Terms",
    "Window",
    "evaluate",
    "pack",
    "terms",
    "values",
]
