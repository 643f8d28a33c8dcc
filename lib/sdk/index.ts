export { everyItem, type PageOf } from "./every-item";
export { ApiError, createClient, type Client, type ClientOptions } from "./client";
