import type { Metadata } from "next";
import { BucketPage } from "../_bucket/bucket-page";

type Props = { params: Promise<{ bucket: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).bucket) };
}

export default async function Page({ params }: Props) {
  return <BucketPage bucket={decodeURIComponent((await params).bucket)} />;
}
