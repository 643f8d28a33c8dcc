import type { WindowGeometry } from "../conv-geometry";
import { arrange } from "../layout";
import type { Attributes } from "../onnx-graph";
import { sizeOf } from "../shapes";
import type { LoweringContext } from "./context";
import { gradientByComparison } from "./max-pool-gradient";
import { input, type LoweringTable } from "./table";

export const poolingLowerings: LoweringTable<"MaxPool" | "MaxPoolGradient" | "AveragePool"> = {
  MaxPool: (context, node) => ({ value: maxPool(context, input(node, 0), node.attributes.geometry)[0]!, layout: "activation" }),
  MaxPoolGradient: (context, node) => {
    const { graph } = context;
    const [dy, x] = [input(node, 0), input(node, 1)];
    if (!context.provider.maxPoolIndices) {
      const values = { dy: context.in("activation", dy), x: context.in("activation", x), y: maxPool(context, x, node.attributes.geometry)[0]! };
      return { value: gradientByComparison(graph, values, node.attributes.geometry), layout: "activation" };
    }
    // The indices count cells of the whole tensor: the gradient is one scatter, adding where windows overlap.
    const winners = maxPool(context, x, node.attributes.geometry)[1]!;
    const zeros = graph.add("ConstantOfShape", [graph.integers([sizeOf(x.shape)])]);
    const scattered = graph.add("ScatterElements", [zeros, graph.reshape(winners, [-1]), graph.reshape(context.in("activation", dy), [-1])], {
      axis: 0,
      reduction: "add",
    });
    return { value: graph.reshape(scattered, arrange(x.shape, "activation")), layout: "activation" };
  },
  AveragePool: (context, node) => ({
    // Like TensorFlow.js, ONNX leaves padding out of the count unless asked.
    value: context.graph.add("AveragePool", [context.in("activation", input(node, 0))], windowAttributes(node.attributes.geometry)),
    layout: "activation",
  }),
};

/** Both outputs wherever there are two, so that the forward and the backward pass share one operation. */
function maxPool(context: LoweringContext, x: Parameters<LoweringContext["in"]>[1], geometry: WindowGeometry): readonly string[] {
  return context.graph.addMany("MaxPool", [context.in("activation", x)], windowAttributes(geometry), context.provider.maxPoolIndices ? 2 : 1);
}

export function windowAttributes(geometry: WindowGeometry): Attributes {
  return {
    kernel_shape: [geometry.filterHeight, geometry.filterWidth],
    strides: [geometry.strideHeight, geometry.strideWidth],
    pads: [geometry.padTop, geometry.padLeft, geometry.padBottom, geometry.padRight],
  };
}
