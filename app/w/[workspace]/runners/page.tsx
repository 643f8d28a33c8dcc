import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { RunnersPage } from "./runners-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("runners") };
}

export default function Page() {
  return <RunnersPage />;
}
