import type { GraphNode } from "../graph-node";
import { input, type LoweringTable } from "./table";
import { convForward } from "./conv-forward";
import { convFilterGradient } from "./conv-filter-gradient";
import { convInputGradient } from "./conv-input-gradient";
import { activate } from "./matmul";
import { windowAttributes } from "./pooling";
import { appendZeros, missingChannels } from "./whole-channels";

export const convLowerings: LoweringTable<"Conv" | "ConvInputGradient" | "ConvFilterGradient"> = {
  Conv: (context, node) => {
    const { graph } = context;
    const { geometry, activation } = node.attributes;
    const [x, filter, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const more = missingChannels(context.provider, geometry.inChannels, geometry.outChannels);
    const operands: [string, string] = [
      appendZeros(graph, context.in("activation", x), 1, more),
      appendZeros(graph, context.in("filter", filter), 1, more),
    ];
    // ONNX Runtime lays constant filters out for its fastest kernels, and takes a bias along: no way of ours comes near.
    const known = context.isConstant(filter);
    const taken = known && bias?.shape.length === 1 && bias.shape[0] === geometry.outChannels ? [context.logical(bias)] : [];
    let value = known
      ? graph.add("Conv", [...operands, ...taken], { ...windowAttributes(geometry), dilations: [geometry.dilationHeight, geometry.dilationWidth] })
      : convForward(graph, ...operands, { ...geometry, inChannels: geometry.inChannels + more }, context.provider.channelBlock);
    // One for each channel, or anything else that broadcasts over the map.
    if (bias && taken.length === 0) value = graph.add("Add", [value, context.operand(bias, node.shape, "activation")]);
    return { value: activate(graph, value, activation), layout: "activation" };
  },
  ConvInputGradient: (context, node) => {
    const { graph } = context;
    const { geometry } = node.attributes;
    const more = missingChannels(context.provider, geometry.outChannels, geometry.inChannels); // it reads what the other wrote
    const dy = appendZeros(graph, context.in("activation", input(node, 0)), 1, more);
    const filter = appendZeros(graph, context.in("filter", input(node, 1)), 0, more);
    return { value: convInputGradient(graph, dy, filter, { ...geometry, outChannels: geometry.outChannels + more }, context.provider.channelBlock), layout: "activation" };
  },
  ConvFilterGradient: (context, node) => {
    const [x, dy] = [context.in("activation", input(node, 0)), context.in("activation", input(node, 1))];
    return { value: convFilterGradient(context.graph, x, dy, node.attributes.geometry), layout: "filter" };
  },
};
