import type { GraphNode } from "../graph-node";
import type { Layout } from "../layout";
import type { Value } from "../onnx-graph";
import { sizeOf } from "../shapes";
import type { LoweringContext } from "./context";
import { sumChannels, sumOfProducts } from "./reductions";
import { input, type LoweringTable } from "./table";

/*
 * Notation: x̂ = (x - μ) · r with r = 1 / √(σ² + ε) and y = γ x̂ + β. All of μ, σ², γ, β, r are [C], C the last axis;
 * each line over whole maps is a pass over memory, which is what counts here. Both directions centre x by the same
 * operation, as do the moments themselves, so the graph holds it once.
 */
export const batchNormLowerings: LoweringTable<"BatchNorm" | "BatchNormGradient"> = {
  BatchNorm: (context, node) => {
    const { graph } = context;
    const [x, mean, variance, ...rest] = node.inputs as [GraphNode, GraphNode, GraphNode, ...GraphNode[]];
    const offset = node.attributes.offset ? rest.shift() : undefined;
    const scale = node.attributes.scale ? rest.shift() : undefined;
    const layout = context.dense(x).layout;
    const parameters = node.inputs.slice(1);
    if (layout === "activation" && parameters.every((each) => context.isConstant(each))) {
      // Folded into the filter of the convolution before, if there is one.
      const channels = [mean.shape[0]!];
      const ofAll = (value: number) => graph.constant("float32", channels, new Float32Array(channels[0]!).fill(value));
      const [gamma, beta] = [scale ? context.logical(scale) : ofAll(1), offset ? context.logical(offset) : ofAll(0)];
      const inputs = [context.in(layout, x), gamma, beta, context.logical(mean), context.logical(variance)];
      return { value: graph.add("BatchNormalization", inputs, { epsilon: { float: node.attributes.epsilon } }), layout };
    }
    const factor = times(context, inverseDeviation(context, variance, node.attributes.epsilon), scale);
    let value = graph.add("Mul", [centre(context, x, mean, layout), channels(context, factor, x, layout)]);
    if (offset) value = graph.add("Add", [value, channels(context, context.logical(offset), x, layout)]);
    return { value, layout };
  },
  BatchNormGradient: (context, node) => {
    const { graph } = context;
    const { of, epsilon, batchMoments } = node.attributes;
    const [dy, x, mean, variance] = node.inputs as [GraphNode, GraphNode, GraphNode, GraphNode];
    const scale = node.attributes.scale ? input(node, 4) : undefined;
    const layout = context.commonLayout([x, dy], x.shape);
    const slope = context.in(layout, dy);
    const rank = x.shape.length;
    const r = inverseDeviation(context, variance, epsilon);
    const factor = times(context, r, scale); // γ r
    const sumOfSlopes = () => sumChannels(context, slope, layout, rank); // Σ dy
    // Σ dy (x - μ)
    const correlation = () => {
      const centred = centre(context, x, mean, layout);
      return layout === "activation" ? sumOfProducts(context, slope, centred, x.shape) : sumChannels(context, graph.add("Mul", [slope, centred]), layout, rank);
    };
    const spread = (value: Value) => channels(context, value, x, layout);
    switch (of) {
      case "scale":
        return { value: graph.add("Mul", [correlation(), r]), layout: "logical" };
      case "mean": // -γ r Σ dy
        return { value: graph.add("Neg", [graph.add("Mul", [factor, sumOfSlopes()])]), layout: "logical" };
      case "variance": {
        // -½ γ r³ Σ dy (x - μ)
        const cube = graph.add("Mul", [graph.add("Mul", [graph.add("Mul", [r, r]), factor]), correlation()]);
        return { value: graph.add("Mul", [cube, graph.float(-0.5)]), layout: "logical" };
      }
      case "x": {
        if (!batchMoments) return { value: graph.add("Mul", [slope, spread(factor)]), layout };
        // μ and σ² depend on x as well: γ r (dy - (x - μ) r² Σ dy (x - μ) / M - Σ dy / M), M values for each channel
        const share = graph.float(sizeOf(mean.shape) / sizeOf(x.shape));
        const tilt = graph.add("Mul", [graph.add("Mul", [graph.add("Mul", [r, r]), correlation()]), share]);
        const shift = graph.add("Mul", [sumOfSlopes(), share]);
        const straightened = graph.add("Sub", [slope, graph.add("Mul", [centre(context, x, mean, layout), spread(tilt)])]);
        return { value: graph.add("Mul", [graph.add("Sub", [straightened, spread(shift)]), spread(factor)]), layout };
      }
    }
  },
};

/** x - μ, in the layout. */
function centre(context: LoweringContext, x: GraphNode, mean: GraphNode, layout: Layout): Value {
  return context.graph.add("Sub", [context.in(layout, x), channels(context, context.logical(mean), x, layout)]);
}

/** r, [C]. */
function inverseDeviation(context: LoweringContext, variance: GraphNode, epsilon: number): Value {
  const { graph } = context;
  return graph.add("Reciprocal", [graph.add("Sqrt", [graph.add("Add", [context.logical(variance), graph.float(epsilon)])])]);
}

function times(context: LoweringContext, value: Value, scale: GraphNode | undefined): Value {
  return scale ? context.graph.add("Mul", [value, context.logical(scale)]) : value;
}

/** A [C] value so that it broadcasts over `x` in the layout. */
function channels(context: LoweringContext, value: Value, x: GraphNode, layout: Layout): Value {
  return layout === "activation" ? context.graph.reshape(value, [1, x.shape[3]!, 1, 1]) : value;
}
