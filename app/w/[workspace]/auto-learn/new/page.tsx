import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NewAutoLearnPage } from "./new-auto-learn-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("autoLearn"))("new") };
}

export default function Page() {
  return <NewAutoLearnPage />;
}
