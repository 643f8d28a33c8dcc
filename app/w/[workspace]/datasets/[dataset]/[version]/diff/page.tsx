import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DiffPage } from "./diff-page";

type Props = { params: Promise<{ dataset: string; version: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { dataset, version } = await params;
  return { title: `Δ ${decodeURIComponent(dataset)}@${version}` };
}

export default async function Page({ params }: Props) {
  const { dataset, version } = await params;
  if (!/^[1-9]\d{0,8}$/.test(version)) notFound();
  return <DiffPage dataset={decodeURIComponent(dataset)} version={Number(version)} />;
}
