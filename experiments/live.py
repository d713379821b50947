"""Scenes by address: what a lens asks for while a slider is dragged, without a run of the page.

A scene is a pure function of the settings that stand in the address, so any thread may compute it, for anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from experiments.convolution.scene import scene
from experiments.convolution.spec import ConvolutionSpec, DigitSpec
from experiments.scene import Scene, pack

LESSONS: Mapping[str, tuple[Any, Callable[[Any], Scene]]] = MappingProxyType(
    {"convolution": (ConvolutionSpec, scene), "home": (DigitSpec, scene)}
)


def payload(lesson: str, address: Mapping[str, str]) -> bytes:
    """The packed scene of a lesson at `lesson_name=value` settings; what is impossible is mended as on the page.

    `edit=w4:2.5` changes one cell on top. KeyError for a lesson that there is not.
    """
    spec_type, build = LESSONS[lesson]
    fields = {field.name for field in spec_type.fields()}
    wanted = {name: address[f"{lesson}_{name}"] for name in fields if f"{lesson}_{name}" in address}
    if "edit" in address:
        edits = {part.split(":")[0]: part for part in wanted.get("edits", "").split(",") if part}
        edits[address["edit"].split(":")[0]] = address["edit"]
        wanted["edits"] = ",".join(edits.values())
    return pack(build(spec_type.mend(wanted).spec))
