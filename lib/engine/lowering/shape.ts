import { arrange } from "../layout";
import { range, type Shape } from "../shapes";
import { input, type LoweringTable } from "./table";

/** ONNX's way to say "down to the very beginning"; -1 is the last. */
const beforeFirst = -2147483648;

type Shaping = "Constant" | "Expand" | "Reshape" | "Pad" | "Slice" | "StridedSlice" | "Transpose" | "Concat" | "Tile";

export const shapeLowerings: LoweringTable<Shaping> = {
  Constant: ({ graph }, node) => ({ value: graph.constant(node.dtype, node.shape, node.attributes.values), layout: "logical" }),
  Expand: (_context, node) => ({ broadcastOf: input(node, 0) }),
  Reshape: (context, node) => ({ value: context.graph.reshape(context.logical(input(node, 0)), node.shape), layout: "logical" }),
  Pad: (context, node) => {
    const { graph } = context;
    const { value, layout } = context.dense(input(node, 0));
    const paddings = arrange(node.attributes.paddings, layout);
    const cells = graph.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    return { value: graph.add("Pad", [value, cells, graph.constant(node.dtype, [], [node.attributes.value])]), layout };
  },
  Slice: (context, node) => {
    const { value, layout } = context.dense(input(node, 0));
    const starts = arrange(node.attributes.begin, layout);
    const sizes = arrange(node.attributes.size, layout);
    const ends = starts.map((start, axis) => start + sizes[axis]!);
    return { value: context.graph.slice(value, { starts, ends, axes: range(starts.length) }), layout };
  },
  StridedSlice: (context, node) => {
    const { value, layout } = context.dense(input(node, 0));
    const [starts, steps, sizes] = [node.attributes.begin, node.attributes.strides, node.shape].map((each) => arrange(each, layout)) as [Shape, Shape, Shape];
    const extents = arrange(input(node, 0).shape, layout);
    const ends = starts.map((start, axis) => {
      const end = (start < 0 ? start + extents[axis]! : start) + sizes[axis]! * steps[axis]!;
      return end < 0 ? beforeFirst : end;
    });
    return { value: context.graph.slice(value, { starts, ends, axes: range(starts.length), steps }), layout };
  },
  Transpose: (context, node) => ({
    value: context.graph.transpose(context.logical(input(node, 0)), node.attributes.permutation),
    layout: "logical",
  }),
  Concat: (context, node) => {
    const layout = context.commonLayout(node.inputs, input(node, 0).shape);
    const axis = arrange(range(node.shape.length), layout).indexOf(node.attributes.axis);
    return { value: context.graph.add("Concat", node.inputs.map((part) => context.in(layout, part)), { axis }), layout };
  },
  Tile: (context, node) => {
    const { value, layout } = context.dense(input(node, 0));
    return { value: context.graph.add("Tile", [value, context.graph.integers(arrange(node.attributes.repetitions, layout))]), layout };
  },
};
