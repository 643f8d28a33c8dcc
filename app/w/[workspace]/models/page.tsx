import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ModelsPage } from "./models-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("models") };
}

export default function Page() {
  return <ModelsPage />;
}
