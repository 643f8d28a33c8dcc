import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { JobsPage } from "./jobs-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("jobs") };
}

export default function Page() {
  return <JobsPage />;
}
