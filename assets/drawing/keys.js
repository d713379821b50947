/* Keys from anywhere on the page: of what stands on its first screen, while nothing has the focus that wants them. What is
   moved is seen: where it is scrolled away, Space and the arrow keys scroll on. */

const UNFOCUSED = "body, main, section"
const OF_A_BUTTON = [" ", "Enter"]

/** Nothing that has the focus wants the key: a button that was pressed wants those alone that press it again. */
export function isFree(event) {
  const [target] = event.composedPath()
  return !event.defaultPrevented && (target.matches?.(UNFOCUSED) || (target.matches?.("button") && !OF_A_BUTTON.includes(event.key)))
}

/** Listens until what comes back is called: act(key, event) says whether the key was its own, pressed alone or, of an arrow, with Shift. */
export function onStageKeys(root, act) {
  const listen = (event) => {
    const modified = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && !event.key.startsWith("Arrow"))
    if (modified || !isFree(event) || !onStage(root) || !seen(root)) return
    if (act(event.key, event)) event.preventDefault()
  }
  document.addEventListener("keydown", listen)
  return () => document.removeEventListener("keydown", listen)
}

/** Also from within a shadow root. */
const onStage = (root) => Boolean((root.getRootNode().host ?? root).closest(".st-key-stage"))

/** Some of it is on the screen. */
export function seen(root) {
  const { top, bottom, height } = root.getBoundingClientRect()
  return height > 0 && bottom > 0 && top < innerHeight
}
