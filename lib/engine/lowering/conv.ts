import { input, type LoweringTable } from "./table";
import { convForward } from "./conv-forward";
import { convFilterGradient } from "./conv-filter-gradient";
import { convInputGradient } from "./conv-input-gradient";
import { activate } from "./matmul";

export const convLowerings: LoweringTable<"Conv" | "ConvInputGradient" | "ConvFilterGradient"> = {
  Conv: (context, node) => {
    const { graph } = context;
    const { geometry, activation } = node.attributes;
    const bias = node.inputs[2];
    let value = convForward(graph, context.in("activation", input(node, 0)), context.in("filter", input(node, 1)), geometry);
    // One for each channel, or anything else that broadcasts over the map.
    if (bias) value = graph.add("Add", [value, context.operand(bias, node.shape, "activation")]);
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
