import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { QueryProvider } from "./_frame/query";
import { ThemeProvider } from "./_ui/theme";
import { themeCookie, themeOf } from "./_ui/theme-choice";
import { ToastProvider } from "./_ui/toast";
import { TooltipProvider } from "./_ui/tooltip";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Lathe", template: "%s · Lathe" },
  description: "A self-hosted machine-learning workbench.",
};

export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

/** The language and the theme are known before the first byte, from cookies: nothing flashes. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  const locale = await getLocale();
  return (
    <html lang={locale} className={theme === "system" ? undefined : theme} suppressHydrationWarning>
      <body>
        <NextIntlClientProvider>
          <QueryProvider>
            <ThemeProvider initial={theme}>
              <TooltipProvider delayDuration={350} skipDelayDuration={150}>
                <ToastProvider>{children}</ToastProvider>
              </TooltipProvider>
            </ThemeProvider>
          </QueryProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
