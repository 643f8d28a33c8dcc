import type { Metadata } from "next";
import { DatasetPage } from "./dataset-page";

type Props = { params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).dataset) };
}

export default async function Page({ params }: Props) {
  return <DatasetPage dataset={decodeURIComponent((await params).dataset)} />;
}
