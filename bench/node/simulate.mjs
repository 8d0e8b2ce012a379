// Measures @cloud-copilot/iam-simulate on the workload in the file named; prints JSON.
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const work = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const started = performance.now()
const policies = work.policies.map((policy, number) => ({ name: `p${number}`, policy }))
const simulations = work.stream.map((asked) => ({
  request: {
    principal: `arn:aws:iam::${work.account}:user/alice`,
    action: asked.action,
    resource: { resource: asked.resource, accountId: work.account },
    contextVariables: asked.context,
  },
  identityPolicies: policies,
  serviceControlPolicies: [],
  resourceControlPolicies: [],
}))
const load = performance.now() - started

const allowed = (simulation) => runUnsafeSimulation(simulation, {}) === 'Allowed'

let agreed = 0
const checked = Math.min(100, simulations.length)
for (let at = 0; at < checked; at += 1) {
  if (allowed(simulations[at]) === work.answers[at]) agreed += 1
}
const times = []
const end = performance.now() + 2000
while (performance.now() < end) {
  const begin = performance.now()
  allowed(simulations[times.length % simulations.length])
  times.push(performance.now() - begin)
}
const total = times.reduce((sum, each) => sum + each, 0)
times.sort((a, b) => a - b)
const share = (part) => times[Math.floor(part * (times.length - 1))] * 1000
console.log(JSON.stringify({ load, rate: (times.length / total) * 1000, p50: share(0.5), p99: share(0.99), agreed: agreed / checked }))
