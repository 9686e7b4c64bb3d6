import { GpuExecutor } from '../src/gpu/executor.ts';
import { wantedLimits } from '../src/gpu/limits.ts';
import { parseModel } from '../src/onnx/parse.ts';
import { compilePlan } from '../src/plan/compile.ts';
import type { Plan } from '../src/plan/plan.ts';
import { gpuPolicy, softwarePolicy } from '../src/plan/policy.ts';
import { layoutWeights, packWeights } from '../src/plan/weights.ts';
import { requestAdapter } from '../src/platform/node.ts';
import { readYolov10 } from '../src/yolov10/read.ts';
import type { Engine } from './engine.ts';

/** This project's engine. */
export function ownEngine(): Engine {
  const plans = new Map<number, Plan>();
  let executor: GpuExecutor;
  let planFor: (size: number) => Plan;
  return {
    async load(model) {
      const { layers, weights } = readYolov10(parseModel(model));
      const { adapter, description } = await requestAdapter();
      const device = await adapter.requestDevice({ requiredLimits: wantedLimits(adapter.limits) });
      const layout = layoutWeights(layers);
      executor = new GpuExecutor(device, packWeights(layout, weights));
      planFor = (size) => compilePlan(layers, size, size, description.software ? softwarePolicy : gpuPolicy, layout);
    },
    run(data, batch, size) {
      const plan = plans.get(size) ?? planFor(size);
      plans.set(size, plan);
      return executor.run(plan, { kind: 'tensor', batch, data });
    },
  };
}
