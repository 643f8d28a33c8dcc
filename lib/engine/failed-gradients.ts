import { engine } from "@tensorflow/tfjs-core";

type Engine = ReturnType<typeof engine>;

let watched: Engine | null = null;

/**
 * TensorFlow.js keeps what gradients will need outside of every tidy, and forgets it when the loss or a gradient throws:
 * each failed step would leave a network's activations behind. Here they are disposed, and the exception goes on.
 */
export function disposeAfterFailedGradients(): void {
  const current = engine();
  if (watched === current) return;
  watched = current;
  const { gradients } = current;
  current.gradients = function (this: Engine, ...request: Parameters<typeof gradients>) {
    try {
      return gradients.apply(this, request);
    } catch (cause) {
      const { state } = this;
      // An inner gradient's tape is the outer one's too, which may catch the exception and go on.
      if (state.gradientDepth === 0 && state.activeTape) {
        for (const { saved } of state.activeTape) for (const tensor of saved ?? []) tensor.dispose();
        state.activeTape = null as unknown as typeof state.activeTape;
      }
      throw cause;
    }
  } as typeof gradients;
}
