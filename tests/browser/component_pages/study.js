// Run by test_lens_numbers.py inside the browser: unpacks a payload and evaluates every cell of every step and frame.
async ({ base, payload }) => {
  const { unpack } = await import(`${base}/drawing/payload.js`)
  const { prepareScene, showFrame } = await import(`${base}/lens/scene.js`)
  const { arithmetic, groupsOf } = await import(`${base}/lens/steps.js`)
  const scene = prepareScene(unpack(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))))
  const bytes = (a) => [...new Uint8Array(a.buffer, a.byteOffset, a.byteLength)]
  const hex = (a) => bytes(a).map((b) => b.toString(16).padStart(2, "0")).join("")
  const mixed = (numbers) => numbers.reduce((h, v) => Math.imul(h ^ v, 2654435761) >>> 0, 17)
  const cells = (id) => [...Array(scene.grid[id].size).keys()]

  const frames = [...Array(scene.frames?.count ?? 1).keys()].map((frame) => {
    showFrame(scene, frame)
    const steps = scene.steps.map((step) => {
      const made = cells(step.target).map((cell) => arithmetic(step, cell, (id) => scene.grid[id].values))
      return { results: made.map((m) => String(m.result)), sizes: made.map((m) => String(m.size)), agree: made.map((m) => m.agrees) }
    })
    return { grids: Object.fromEntries(scene.grids.map((g) => [g.id, hex(g.values)])), steps }
  })

  // forwards and backwards must know the same terms: a sum of hashes does not depend on their order
  const turned = scene.steps.flatMap((step) => groupsOf(step).map(({ factors, index }) => {
    let there = 0, count = 0
    for (const cell of cells(step.target)) {
      index.terms(cell, (target, at) => {
        there += mixed([target, ...at])
        count++
      })
    }
    const back = factors.map((id, f) => {
      let sum = 0
      for (const cell of cells(id)) index.uses(f, cell, (target, at) => (sum += at[f] === cell ? mixed([target, ...at]) : NaN))
      return sum
    })
    return { there, back, count }
  }))
  return { frames, turned }
}
