import type { Case } from "./cases";
import type { ConvolutionWork } from "./convolutions";

/** What a peer can be told to do over and over; reference.py and worker.ts take the same words. */
export type Work =
  | ({ kind: "network" } & Case)
  | ({ kind: "convolution" } & ConvolutionWork)
  /** of two square matrices */
  | { kind: "product"; side: number };

/** To open is to build and fill; the first steps, which compile, are the caller's to ask for and to leave out. */
export type Request = { open: Work } | { steps: number };

export type Timed = {
  /** of each step */
  seconds: number[];
  /** of our engine: in all these steps, outside of ONNX Runtime's run, and of that, compiling */
  engine?: { outsideMs: number; buildMs: number };
};
