import type messages from "./messages/en";
import type { Locale } from "./locale";

declare module "next-intl" {
  interface AppConfig {
    Messages: typeof messages;
    Locale: Locale;
  }
}
