/** What the engine throws: a message that says what was wrong and which values would do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
