/* Parameters of the page's address. What is pointed at is written a moment after the last change. Those that tell what is
   looked at end in `_look`; the part of the page that was touched last stands last. */

const DELAY = 300
const waiting = new Map() // name → [value, timer]

export const readParameter = (name) => new URLSearchParams(location.search).get(name)

export function writeParameter(name, value) {
  dropParameter(name)
  waiting.set(name, [value, setTimeout(() => write(name, value), DELAY)])
}

/** The settings of a lesson, as the server has mended them, name → value; without a value where they are as at first. */
export function keepParameters(values) {
  const address = new URL(location.href)
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name)
    else address.searchParams.set(name, value)
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address)
}

/** Forgets a change that is not written yet. */
export function dropParameter(name) {
  clearTimeout(waiting.get(name)?.[1])
  waiting.delete(name)
}

/** Writes at once what is still waiting. */
function flushParameters() {
  for (const [name, [value]] of [...waiting]) write(name, value)
}

/** Whether this parameter tells what was looked at last. */
export const lookedAtLast = (name) => [...new URLSearchParams(location.search).keys()].findLast((key) => key.endsWith("_look")) === name

/** Copies the address, with all that waits written and what this parameter, if there is one, tells as the last; the button says
    that it is done. */
export async function copyAddress(button, name) {
  flushParameters()
  if (name && !lookedAtLast(name)) write(name, readParameter(name), true)
  button.dataset.label ??= button.textContent
  try {
    await navigator.clipboard.writeText(location.href)
  } catch { // only a secure page may write to the clipboard; elsewhere the learner copies by hand
    window.prompt("Copy this address", location.href)
  }
  button.textContent = "Copied"
  setTimeout(() => (button.textContent = button.dataset.label), 2000)
}

function write(name, value, again = false) {
  dropParameter(name)
  const address = new URL(location.href)
  if (address.searchParams.get(name) === value && !again) return
  address.searchParams.delete(name)
  address.searchParams.append(name, value)
  history.replaceState(history.state, "", address)
}
