import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { BucketsPage } from "./buckets-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("buckets") };
}

export default function Page() {
  return <BucketsPage />;
}
