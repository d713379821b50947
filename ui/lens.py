"""The lens: point at any number of a scene and see where it comes from.

The page hands over a scene as bytes (`experiments.scene.pack`); the browser draws it and answers every question about
it without a message to the server. Only a changed cell comes back, while it is dragged.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from ui import lesson
from ui.component import answered, component, parcel
from ui.settings import Settings

Drawn = TypeVar("Drawn")

_mount = component("lens", "lens/lens.js", ("theme/tokens.css", "theme/controls.css", "lens/lens.css"))


class CellEdit(NamedTuple):
    """A cell that the learner changed; final when the slider was let go or the number was typed."""

    grid: str
    cell: int  # flat index
    value: float
    final: bool


def lens(
    payload: bytes,
    *,
    key: str,
    link: str,
    on_edit: Callable[[CellEdit], None] | None = None,
    live: dict[str, Any] | None = None,
) -> None:
    """Draws a packed scene.

    link names the parameter of the address that keeps what is selected (`convolution_look`); on_edit is called
    before the script runs again, as Streamlit's own callbacks are, once for each value that arrives. With `live`, an
    address and the settings to ask it with, the browser fetches scenes itself while a slider or a weight is dragged;
    only the final value comes here.
    """

    def edited() -> None:
        edit = _parsed(st.session_state[key].get("edit"))
        if on_edit and edit:
            on_edit(edit)

    _mount(
        key=key,
        data=parcel({"link": link, "live": live, "answered": answered(key, "edit"), "scene": payload}),
        on_edit_change=edited,
    )


def lens_of(settings: Settings, payload: bytes) -> None:
    """The lens of a lesson: what is dragged is fetched; with a setting `edits`, a changed number becomes it."""

    def edited(edit: CellEdit) -> None:
        settings.put("edits", settings.spec.with_edit(edit.grid, edit.cell, edit.value), final=edit.final)

    name = settings.lesson
    on_edit = edited if "edits" in settings.fields else None
    lens(payload, key=f"{name}.lens", link=f"{name}_look", on_edit=on_edit, live=settings.live)


@contextmanager
def under_the_lens(
    settings: Settings, scene: Callable[[Any], Drawn], pack: Callable[[Drawn], bytes], kernels: Sequence[str] = ()
) -> Iterator[tuple[Any, Drawn]]:
    """The lens of a lesson, drawn live: what is inside, sliders and what to try, stands above it.

    Gives the specification as it is set, and its scene. `kernels` are those that are still being compiled.
    """
    spec = settings.read()
    with lesson.waiting_for(kernels):
        drawn = scene(spec)
    yield spec, drawn
    lens_of(settings, pack(drawn))
    settings.settle()


def _parsed(sent: Any) -> CellEdit | None:
    """What the browser sent, if it is an edit: anybody can send anything."""
    try:
        edit = CellEdit(str(sent["grid"]), int(sent["cell"]), float(sent["value"]), bool(sent["final"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return edit if edit.cell >= 0 and math.isfinite(edit.value) else None
