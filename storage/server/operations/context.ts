import type { StoreFolder } from "../disk/store";
import type { Answer, S3Request } from "../request";

export type Context = {
  store: StoreFolder;
  region: string;
  now: () => number;
};

/** What an operation may count on: the parts of the address it is about. */
export type AtBucket = { bucket: string };
export type AtObject = { bucket: string; key: string };

export type Operation<Where> = (context: Context, request: S3Request, where: Where) => Promise<Answer> | Answer;
