import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ModelVersionPage } from "./model-version-page";

type Props = { params: Promise<{ model: string; version: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { model, version } = await params;
  return { title: `${decodeURIComponent(model)}@${version}` };
}

export default async function Page({ params }: Props) {
  const { model, version } = await params;
  if (!/^[1-9]\d{0,8}$/.test(version)) notFound();
  return <ModelVersionPage model={decodeURIComponent(model)} version={Number(version)} />;
}
