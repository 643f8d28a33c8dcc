import type { WindowGeometry } from "../conv-geometry";
import type { GraphNode } from "../graph-node";
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

/** With the winners' places if a gradient wants them and the provider tells them, so that both passes share one operation: finding them takes long. */
function maxPool(context: LoweringContext, x: GraphNode, geometry: WindowGeometry): readonly string[] {
  const winnersWanted = context.provider.maxPoolIndices && context.isUsed(x, (user) => user.is("MaxPoolGradient") && user.attributes.geometry === geometry);
  return context.graph.addMany("MaxPool", [context.in("activation", x)], windowAttributes(geometry), winnersWanted ? 2 : 1);
}

export function windowAttributes(geometry: WindowGeometry): Attributes {
  return {
    kernel_shape: [geometry.filterHeight, geometry.filterWidth],
    strides: [geometry.strideHeight, geometry.strideWidth],
    pads: [geometry.padTop, geometry.padLeft, geometry.padBottom, geometry.padRight],
  };
}
