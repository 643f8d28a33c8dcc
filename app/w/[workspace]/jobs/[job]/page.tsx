import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { JobPage } from "./job-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("jobs.fact"))("job") };
}

export default async function Page({ params }: { params: Promise<{ job: string }> }) {
  return <JobPage job={decodeURIComponent((await params).job)} />;
}
