import type { z } from "zod";
import type { OperationName, OperationOutput, Operations } from "#lib/protocol/api";
import type { AccessInWorkspace } from "../authorise";
import type { Services } from "../services";

type Parsed<T, Key extends string> = T extends { [K in Key]?: infer S }
  ? NonNullable<S> extends z.ZodType
    ? unknown extends z.output<NonNullable<S>>
      ? {}
      : z.output<NonNullable<S>>
    : {}
  : {};

/** Path parameters, query and body, validated, in one flat object. */
export type CallInput<Name extends OperationName> = Parsed<Operations[Name], "params"> &
  Parsed<Operations[Name], "query"> &
  Parsed<Operations[Name], "body">;

/**
 * One authorised call. `access.workspace` is what every look-up goes through. In an operation that needs a user only, it
 * may be missing: take it from `access.memberships` there.
 */
export type Call = { services: Services; access: AccessInWorkspace };

export type Handler<Name extends OperationName> = (call: Call, input: CallInput<Name>) => Promise<OperationOutput<Name>>;

export type Handlers<Name extends OperationName = OperationName> = { [N in Name]: Handler<N> };
