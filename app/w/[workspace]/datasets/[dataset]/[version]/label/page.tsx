import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { LabelPage } from "./label-page";

type Props = { params: Promise<{ dataset: string; version: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { dataset, version } = await params;
  const t = await getTranslations("labelling");
  return { title: `${t("title")} · ${decodeURIComponent(dataset)}@${version}` };
}

export default async function Page({ params }: Props) {
  const { dataset, version } = await params;
  if (!/^[1-9]\d{0,8}$/.test(version)) notFound();
  return <LabelPage dataset={decodeURIComponent(dataset)} version={Number(version)} />;
}
