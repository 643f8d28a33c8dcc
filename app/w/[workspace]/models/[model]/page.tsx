import type { Metadata } from "next";
import { ModelPage } from "./model-page";

type Props = { params: Promise<{ model: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).model) };
}

export default async function Page({ params }: Props) {
  return <ModelPage model={decodeURIComponent((await params).model)} />;
}
