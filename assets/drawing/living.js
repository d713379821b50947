/* How a component lives: one object a place in the page, made at the first call, told of every call, closed when its place goes. */

/** `mount` and `unmount` of the component whose root has this class. Its objects have `set(data, tell)`, where tell(value) gives
    what the learner does to `report(component, value)`, and `close()` if there is something to end. */
export function living(name, Made, report) {
  const all = new WeakMap()
  return {
    mount(component) {
      const { data, parentElement } = component
      if (!all.has(parentElement)) all.set(parentElement, new Made(parentElement.querySelector(`.${name}`)))
      all.get(parentElement).set(data, (value) => report(component, value))
    },
    unmount(parentElement) {
      all.get(parentElement)?.close?.()
      all.delete(parentElement)
    },
  }
}
