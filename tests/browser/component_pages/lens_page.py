"""One sample scene in the lens: ?scene=photograph."""

import dataclasses

import numpy as np
import streamlit as st

from experiments.scene import Scene, evaluate, pack
from tests.scenes import SCENES
from ui.lens import CellEdit, lens

st.set_page_config(layout="wide", page_title="Lens")
st.html("<style>.stMainBlockContainer { padding: 8px 16px; } header { display: none; }</style>")


def changed(scene: Scene, edits: dict[tuple[str, int], float]) -> Scene:
    """The scene with some cells replaced and every step computed again."""
    values = {grid.id: grid.values.copy() for grid in scene.grids}
    for (grid, cell), value in edits.items():
        values[grid].flat[cell] = value

    def now() -> Scene:
        return dataclasses.replace(
            scene,
            grids=tuple(
                dataclasses.replace(g, values=values[g.id], numeric=values[g.id] if g.numeric is not None else None)
                for g in scene.grids
            ),
        )

    for step in scene.steps:
        values[step.target] = np.asarray(evaluate(now(), step)).reshape(values[step.target].shape)
    return now()


@st.fragment
def picture() -> None:
    edits = st.session_state.setdefault("edits", {})

    def edited(edit: CellEdit) -> None:
        edits[edit.grid, edit.cell] = edit.value
        st.session_state.setdefault("log", []).append(edit)

    name = st.query_params.get("scene", "photograph")
    scene = SCENES[name]()
    if edits:
        scene = changed(scene, edits)
    lens(pack(scene), key="lens", link="look", on_edit=edited)
    log = st.session_state.get("log", [])
    st.text(f"edits {len(log)} final {sum(edit.final for edit in log)}")


st.button("Run again")
picture()
