import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AutoLearnPage } from "./auto-learn-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("autoLearn") };
}

export default function Page() {
  return <AutoLearnPage />;
}
