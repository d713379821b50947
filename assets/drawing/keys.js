/* Keys from anywhere on the page: of what stands on its first screen, while nothing else has the focus. What is moved is
   seen: where it is scrolled away, Space and the arrow keys scroll on. */

const UNFOCUSED = "body, main, section"

/** Listens until what comes back is called: act(key, event) says whether the key was its own, pressed alone or, of an arrow, with Shift. */
export function onStageKeys(root, act) {
  const listen = (event) => {
    const modified = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && !event.key.startsWith("Arrow"))
    if (modified || event.defaultPrevented || !event.target.matches?.(UNFOCUSED) || !onStage(root) || !seen(root)) return
    if (act(event.key, event)) event.preventDefault()
  }
  document.addEventListener("keydown", listen)
  return () => document.removeEventListener("keydown", listen)
}

/** Also from within a shadow root. */
const onStage = (root) => Boolean((root.getRootNode().host ?? root).closest(".st-key-stage"))

function seen(root) {
  const { top, bottom, height } = root.getBoundingClientRect()
  return height > 0 && bottom > 0 && top < innerHeight
}
