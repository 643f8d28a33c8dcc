import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DatasetsPage } from "./datasets-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("datasets") };
}

export default function Page() {
  return <DatasetsPage />;
}
