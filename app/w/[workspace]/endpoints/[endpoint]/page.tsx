import type { Metadata } from "next";
import { EndpointPage } from "./endpoint-page";

type Props = { params: Promise<{ endpoint: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).endpoint) };
}

export default async function Page({ params }: Props) {
  return <EndpointPage endpoint={decodeURIComponent((await params).endpoint)} />;
}
