"""What pages cost in a real browser against a server of its own: Convolution at its defaults, λ dragged on the page of
L1 and L2, the playground of Backpropagation when it learns, and a graph as large as it may be.

A picture counts as painted when the lens has drawn it and the browser has finished the frame after that. Every event
is a real one: keys and mouse moves enter at the browser, as from a keyboard and a mouse.

Run as `python -m benchmarks.page`; `--quick` only shows that everything works.
"""

import itertools
import math
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, CDPSession, ElementHandle, Page, ViewportSize

from benchmarks.report import Figure, asked_to_be_quick, machine, publish, table
from benchmarks.server import READY, Server, chromium, serve

PAGE = "/convolution"
LENS = ".lens[data-drawn]"
PENALTY, SURFACE = "/l1_l2", ".surface[data-drawn]"
PLAYGROUND, PLAYS = "/backpropagation?play_layers=4&play_units=8", ".playground[data-drawn]"  # as large as it gets
NODES = 500
RING = [f"{k}-{(k + 1) % NODES}" for k in range(NODES)] + [f"{k}-{(k + 37) % NODES}" for k in range(0, NODES, 2)]
GRAPH, TOUCHED = f"/graph_convolution?graph_graph={','.join(RING)}", ".graph[data-drawn]"
SLIDER = ".live_slider input[type=range]"
SCREEN: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 60_000  # ms
RATE = 100  # mouse moves a second
TRAINING = ".training[data-drawn]"
TRAIN = ".training button.train"
LEARNING_RATE = ".training .rate input"

# Gives a promise for the time from the next key press or click to the painted picture that answers it.
WATCH = """lens => {
  let begun = null, resolve = () => {}
  window.arm = () => {
    begun = null
    window.painted = new Promise((done, fail) => {
      resolve = done
      setTimeout(() => fail(new Error("no new picture within 10 s")), 10_000)
    })
    window.painted.catch(() => {})  // whoever waits for it hears of it
  }
  for (const type of ["keydown", "click"]) addEventListener(type, event => (begun ??= event.timeStamp), true)
  const channel = new MessageChannel()  // its message comes after the frame, a frame's callback before
  channel.port1.onmessage = () => resolve(performance.now() - begun)
  new MutationObserver(() => begun !== null && requestAnimationFrame(() => channel.port2.postMessage(0)))
    .observe(lens, { attributeFilter: ["data-drawn"] })
}"""

# Counts frames and moves until `count.stop()`.
COUNT = """() => {
  const count = (window.count = { frames: [], moves: 0, going: true })
  const moved = () => count.moves++
  const frame = now => { count.frames.push(now); if (count.going) requestAnimationFrame(frame) }
  addEventListener("pointermove", moved, true)
  requestAnimationFrame(frame)
  count.stop = () => { count.going = false; removeEventListener("pointermove", moved, true) }
}"""


# Keeps, since the last key press or click, when each picture of the training was painted.
PAINTED = """training => {
  let begun = 0
  const press = event => { begun = event.timeStamp; window.painted = [] }
  for (const type of ["keydown", "click"]) addEventListener(type, press, true)
  const channel = new MessageChannel()
  channel.port1.onmessage = () => window.painted.push(performance.now() - begun)
  new MutationObserver(() => requestAnimationFrame(() => channel.port2.postMessage(0)))
    .observe(training, { attributeFilter: ["data-drawn"] })
}"""


@dataclass(frozen=True)
class Effort:
    presses: int = 60
    moving: float = 3.0  # seconds of dragging and of pointing
    training: float = 4.0  # seconds of training
    pauses: int = 20  # and changed learning rates
    starts: int = 3
    learners: int = 10


QUICK = Effort(presses=4, moving=1.0, training=2.0, pauses=3, starts=1, learners=2)


@dataclass
class Visit:
    """A learner on the page, with nothing running any more."""

    page: Page
    lens: ElementHandle
    sent: list[bytes | str] = field(default_factory=list)  # messages to the server

    @property
    def drawn(self) -> int:
        """How many pictures the lens has drawn."""
        return int(self.lens.get_attribute("data-drawn") or 0)


@contextmanager
def visit(browser: Browser, server: Server, path: str = PAGE, picture: str = LENS) -> Iterator[Visit]:
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    sent: list[bytes | str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda message: sent.append(message)))
    page.goto(server.address + path)
    lens = page.wait_for_selector(picture, timeout=PATIENCE)
    assert lens is not None
    page.wait_for_timeout(2000)
    yield Visit(page, lens, sent)
    context.close()


def answers(at: Visit, presses: int, act: Callable[[int], None]) -> list[float]:
    """Milliseconds from each act to the painted picture, with pauses like a person's in between."""
    rng = random.Random(0)
    at.lens.evaluate(WATCH)
    times = []
    for i in range(presses):
        at.page.wait_for_timeout(rng.uniform(300, 900))
        at.page.evaluate("arm()")
        act(i)
        times.append(float(at.page.evaluate("painted")))
    return times


def key_presses(at: Visit, presses: int) -> list[float]:
    """Half of them up, half of them down: the slider has 36 places."""
    at.page.locator(SLIDER).focus()
    return answers(at, presses, lambda i: at.page.keyboard.press("ArrowRight" if i < presses // 2 else "ArrowLeft"))


def segment_clicks(at: Visit, presses: int) -> list[float]:
    """Strides 2 and 1 in turn: a control of Streamlit's own."""
    options = at.page.locator(".st-key-convolution_strides [role=radio]")
    return answers(at, presses, lambda i: options.nth((i + 1) % 2).click())


def graph_clicks(at: Visit, presses: int) -> list[float]:
    """The layer and its hops in turn: of the first forty pictures none has been there before."""

    def click(i: int) -> None:
        setting, option = ("hops", i // 2 % 4) if i % 2 else ("layer", (i // 2 + 1) % 5)
        at.page.locator(f".st-key-graph_{setting} [role=radio]").nth(option).click()

    return answers(at, presses, click)


def sweep(page: Page, moving: float, at: Callable[[float], tuple[float, float]]) -> float:
    """Moves the mouse to at(seconds), `RATE` times a second if the browser keeps up; gives the seconds it took."""
    begun = time.perf_counter()
    step = 0
    while (now := time.perf_counter() - begun) < moving:
        page.mouse.move(*at(now))
        step += 1
        time.sleep(max(0.0, begun + step / RATE - time.perf_counter()))
    return time.perf_counter() - begun


def drag(at: Visit, moving: float, what: str = "slider dragged", budget: str = "≥ 30 /s") -> Figure:
    """Drags the slider to and fro; the pictures that are drawn meanwhile."""
    left, top, width, height = in_view(at.page, SLIDER)
    middle, y = left + width / 2, top + height / 2
    at.page.mouse.move(middle, y)
    at.page.mouse.down()
    before = at.drawn
    seconds = sweep(at.page, moving, lambda t: (middle + 0.45 * width * math.sin(2 * math.pi * t / 1.5), y))
    drawn = at.drawn - before
    at.page.mouse.up()
    if not drawn:
        raise RuntimeError("no new picture while the slider was dragged")
    return Figure(f"{what}: pictures a second", "/s", 1, drawn / seconds, budget=budget)


def point(at: Visit, moving: float) -> list[Figure]:
    """Points along the cells of y: what a move costs, the frames, and what is said to the server."""
    left, top, width, height = in_view(at.page, "canvas[aria-label^='y, output']")
    at.page.mouse.move(left + 5, top + 5)
    at.page.wait_for_timeout(500)
    session = at.page.context.new_cdp_session(at.page)
    session.send("Performance.enable")
    at.page.evaluate(COUNT)
    at.sent.clear()
    before = script_seconds(session)
    sweep(
        at.page,
        moving,
        lambda t: (left + width * (0.1 + 0.8 * (t * 1.1 % 1)), top + height * (0.1 + 0.8 * (t * 0.31 % 1))),
    )
    script = script_seconds(session) - before
    at.page.evaluate("count.stop()")
    frames, moves = at.page.evaluate("[count.frames, count.moves]")
    between = [b - a for a, b in itertools.pairwise(frames)]
    return [
        Figure(
            "pointing in the lens: script a move", "ms", moves, 1000 * script / moves, budget="inside a frame: 16.7"
        ),
        Figure.of("pointing in the lens: from frame to frame", "ms", between, "60 frames a second: 16.7"),
        Figure("pointing in the lens: messages to the server", "", moves, len(at.sent), budget="0"),
    ]


def in_view(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Scrolls an element to the middle of the window: its left, top, width and height."""
    element = page.locator(selector)
    element.evaluate("e => e.scrollIntoView({ block: 'center' })")
    box = element.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def script_seconds(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration"))


def start(browser: Browser, **environment: str) -> tuple[float, float]:
    """Seconds from the start of the process until the page's title shows, and until the lens is painted."""
    with serve(**environment) as server:
        context = browser.new_context(viewport=SCREEN)
        page = context.new_page()
        page.goto(server.address + PAGE)
        page.wait_for_selector("h1", timeout=PATIENCE)
        title = time.perf_counter() - server.started
        page.wait_for_selector(LENS, timeout=PATIENCE)
        page.evaluate("new Promise(requestAnimationFrame)")
        lens = time.perf_counter() - server.started
        context.close()
    return title, lens


def starts(browser: Browser, times: int) -> list[Figure]:
    start(browser)  # the kernels are compiled, the files are in memory
    warm = [start(browser)[1] for _ in range(times)]
    with tempfile.TemporaryDirectory() as empty:
        title, lens = start(browser, NUMBA_CACHE_DIR=empty)
    return [
        Figure.of("start → lens painted, kernels compiled before", "s", warm, "≤ 3 s"),
        Figure("start → title of the page, kernels not compiled", "s", 1, title, budget="at once: ≤ 3 s"),
        Figure("start → lens painted, kernels not compiled", "s", 1, lens, budget="the page says what it waits for"),
    ]


def memory(browser: Browser, learners: int) -> list[Figure]:
    with serve() as server:
        time.sleep(READY)
        contexts = []
        used = []
        for _ in range(learners):
            contexts.append(browser.new_context(viewport=SCREEN))
            page = contexts[-1].new_page()
            page.goto(server.address + PAGE)
            page.wait_for_selector(LENS, timeout=PATIENCE)
            page.wait_for_timeout(1000)
            used.append(server.memory)
        for context in contexts:
            context.close()
    each = (used[-1] - used[0]) / (learners - 1)
    return [
        Figure("memory of the server, one learner", "MB", 1, used[0], budget="≤ 400 MB"),
        Figure(f"memory of the server, {learners} learners", "MB", 1, used[-1]),
        Figure("memory a further learner", "MB", learners - 1, each, budget="≤ 5 MB"),
    ]


def train(at: Visit, effort: Effort) -> list[Figure]:
    """Lets the network learn: pictures a second, then a changed learning rate, then Pause."""
    page, rng = at.page, random.Random(1)
    training = page.wait_for_selector(TRAINING, timeout=PATIENCE)
    assert training is not None
    training.evaluate("e => e.scrollIntoView()")
    training.evaluate(PAINTED)
    page.locator(TRAIN).click()
    page.wait_for_timeout(1000)
    begun, before = time.perf_counter(), len(page.evaluate("painted"))
    page.wait_for_timeout(1000 * effort.training)
    drawn, seconds = len(page.evaluate("painted")) - before, time.perf_counter() - begun
    if not drawn:
        raise RuntimeError("no new picture while the network learned")
    page.locator(LEARNING_RATE).focus()
    changed, paused = [], []
    for i in range(effort.pauses):
        page.wait_for_timeout(rng.uniform(500, 900))
        page.keyboard.press("ArrowRight" if i % 2 else "ArrowLeft")
        page.wait_for_function("() => painted.length > 1")
        changed.append(float(page.evaluate("painted[1]")))
    for _ in range(effort.pauses):
        page.wait_for_timeout(rng.uniform(500, 900))
        page.locator(TRAIN).click()
        page.wait_for_timeout(600)
        paused.append(float(page.evaluate("Math.max(0, ...painted)")))
        page.locator(TRAIN).click()
    return [
        Figure("training: pictures a second", "/s", 1, drawn / seconds, budget="≥ 30 /s"),
        Figure.of("training: key press on the learning rate → second picture painted", "ms", changed, "p95 ≤ 100"),
        Figure.of("training: click on Pause → last picture painted", "ms", paused, "p95 ≤ 100"),
    ]


def play(at: Visit, training: float) -> Figure:
    """Lets the playground's largest network learn: pictures a second."""
    playground = at.page.wait_for_selector(PLAYS, timeout=PATIENCE)
    assert playground is not None
    playground.evaluate("e => e.scrollIntoView()")
    playground.evaluate(PAINTED)
    at.page.locator(".playground button.train").click()
    at.page.wait_for_timeout(1000)
    begun, before = time.perf_counter(), len(at.page.evaluate("painted"))
    at.page.wait_for_timeout(1000 * training)
    drawn, seconds = len(at.page.evaluate("painted")) - before, time.perf_counter() - begun
    if not drawn:
        raise RuntimeError("no new picture while the playground learned")
    return Figure("playground, 4 layers of 8 units: pictures a second", "/s", 1, drawn / seconds, budget="≥ 20 /s")


def main() -> None:
    quick = asked_to_be_quick(__doc__)
    effort = QUICK if quick else Effort()
    with chromium() as browser:
        with serve() as server:
            with visit(browser, server) as at:
                before = server.worked
                figures = [
                    Figure.of("key press on our slider → painted", "ms", key_presses(at, effort.presses), "p95 ≤ 100")
                ]
                each = 1000 * (server.worked - before) / effort.presses
                figures.append(Figure("processor time of the server a key press", "ms", effort.presses, each))
                clicks = segment_clicks(at, effort.presses)
                figures.append(Figure.of("click on a segment → painted", "ms", clicks, "p95 ≤ 100"))
            with visit(browser, server) as at:
                figures.append(drag(at, effort.moving))
            with visit(browser, server, PENALTY, SURFACE) as at:
                figures.append(drag(at, effort.moving, "λ of L1 dragged, surface and path", "≥ 25 /s"))
            with visit(browser, server) as at:
                figures += point(at, effort.moving)
            with visit(browser, server) as at:
                figures += train(at, effort)
            with visit(browser, server, PLAYGROUND, PLAYS) as at:
                figures.append(play(at, effort.training))
            with visit(browser, server, GRAPH, TOUCHED) as at:
                clicks = graph_clicks(at, effort.presses)
                figures.append(
                    Figure.of(f"graph of {NODES} nodes: click on a segment → painted", "ms", clicks, "p95 ≤ 100")
                )
        figures += starts(browser, effort.starts) + memory(browser, effort.learners)
        where = f"{machine('streamlit', 'numpy', 'numba')}, Chromium {browser.version.split('.')[0]}"
    publish("page", f"{where}.\n\n{table(figures)}", quick)


if __name__ == "__main__":
    main()
