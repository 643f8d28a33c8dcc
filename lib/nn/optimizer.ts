import * as tf from "@tensorflow/tfjs-core";
import type { Recipe } from "./training";

type Settings = Pick<Recipe, "optimizer" | "momentum" | "nesterov" | "weightDecay">;

const secondMoment = 0.999;
const epsilon = 1e-8;

/**
 * SGD with momentum as torch.optim.SGD does it (weight decay joins the gradient, the rate multiplies the momentum), or
 * AdamW (Loshchilov & Hutter, 2017: weight decay apart from the moments). Decay falls on kernels only. The rate is set
 * anew before every step. The caller disposes it.
 */
export class KernelDecayOptimizer extends tf.Optimizer {
  learningRate = 0;
  #settings: Settings;
  #steps = 0;
  /** per variable: its momentum, and in AdamW its second moment */
  #moments = new Map<string, tf.Variable[]>();

  static get className(): string {
    return "KernelDecayOptimizer";
  }

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  override applyGradients(gradients: tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[]): void {
    const entries = Array.isArray(gradients) ? gradients.map(({ name, tensor }) => [name, tensor] as const) : Object.entries(gradients);
    this.#steps++;
    for (const [name, gradient] of entries) {
      const variable = tf.engine().registeredVariables[name]!;
      tf.tidy(() => (this.#settings.optimizer === "sgd" ? this.#sgd(variable, gradient) : this.#adamw(variable, gradient)));
    }
  }

  #sgd(variable: tf.Variable, gradient: tf.Tensor): void {
    const { momentum, nesterov } = this.#settings;
    const [velocity] = this.#momentsOf(variable, 1);
    const decay = this.#decayOf(variable);
    const slope = decay > 0 ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
    const next = tf.add(tf.mul(velocity!, momentum), slope);
    const direction = nesterov ? tf.add(slope, tf.mul(next, momentum)) : next;
    velocity!.assign(next);
    variable.assign(tf.sub(variable, tf.mul(direction, this.learningRate)));
  }

  #adamw(variable: tf.Variable, gradient: tf.Tensor): void {
    const { momentum } = this.#settings;
    const [first, second] = this.#momentsOf(variable, 2);
    const nextFirst = tf.add(tf.mul(first!, momentum), tf.mul(gradient, 1 - momentum));
    const nextSecond = tf.add(tf.mul(second!, secondMoment), tf.mul(tf.square(gradient), 1 - secondMoment));
    const rate = this.learningRate / (1 - momentum ** this.#steps);
    const spread = tf.sqrt(tf.mul(nextSecond, 1 / (1 - secondMoment ** this.#steps)));
    const step = tf.mul(tf.div(nextFirst, tf.add(spread, epsilon)), rate);
    const decay = this.#decayOf(variable) * this.learningRate;
    first!.assign(nextFirst);
    second!.assign(nextSecond);
    variable.assign(tf.sub(decay > 0 ? tf.mul(variable, 1 - decay) : variable, step));
  }

  #decayOf({ name, rank }: tf.Variable): number {
    return rank > 1 && name.includes("kernel") ? this.#settings.weightDecay : 0;
  }

  #momentsOf(variable: tf.Variable, count: number): tf.Variable[] {
    const known = this.#moments.get(variable.name);
    if (known) return known;
    const moments = Array.from({ length: count }, () => tf.variable(tf.zeros(variable.shape), false));
    this.#moments.set(variable.name, moments);
    return moments;
  }

  override dispose(): void {
    for (const moments of this.#moments.values()) tf.dispose(moments);
    this.#moments.clear();
    super.dispose();
  }

  getConfig(): tf.serialization.ConfigDict {
    return { ...this.#settings };
  }
}
