import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { safeNext } from "../_frame/paths";
import { linkProblems } from "./link-problems";
import { SignIn } from "./sign-in";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signIn"))("title") };
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { next, reason } = await searchParams;
  return <SignIn next={safeNext(typeof next === "string" ? next : null)} linkProblem={linkProblems.find((problem) => problem === reason) ?? null} />;
}
