import type { GraphNode } from "../graph-node";
import { input, type LoweringTable } from "./table";
import { convForward } from "./conv-forward";
import { convFilterGradient } from "./conv-filter-gradient";
import { convInputGradient } from "./conv-input-gradient";
import { activate } from "./matmul";
import { windowAttributes } from "./pooling";

export const convLowerings: LoweringTable<"Conv" | "ConvInputGradient" | "ConvFilterGradient"> = {
  Conv: (context, node) => {
    const { graph } = context;
    const { geometry, activation } = node.attributes;
    const [x, filter, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const operands: [string, string] = [context.in("activation", x), context.in("filter", filter)];
    // ONNX Runtime lays constant filters out for its fastest kernels: no way of ours comes near.
    const known = context.isConstant(filter);
    const offset = bias && context.logical(bias);
    let value = known
      ? graph.add("Conv", offset ? [...operands, offset] : operands, { ...windowAttributes(geometry), dilations: [geometry.dilationHeight, geometry.dilationWidth] })
      : convForward(graph, ...operands, geometry);
    if (offset && !known) value = graph.add("Add", [value, graph.reshape(offset, [1, geometry.outChannels, 1, 1])]);
    return { value: activate(graph, value, activation), layout: "activation" };
  },
  ConvInputGradient: (context, node) => {
    const [dy, filter] = [context.in("activation", input(node, 0)), context.in("filter", input(node, 1))];
    return { value: convInputGradient(context.graph, dy, filter, node.attributes.geometry), layout: "activation" };
  },
  ConvFilterGradient: (context, node) => {
    const [x, dy] = [context.in("activation", input(node, 0)), context.in("activation", input(node, 1))];
    return { value: convFilterGradient(context.graph, x, dy, node.attributes.geometry), layout: "filter" };
  },
};
