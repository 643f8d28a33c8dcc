import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EndpointsPage } from "./endpoints-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("frame.room"))("endpoints") };
}

export default function Page() {
  return <EndpointsPage />;
}
