import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./app/_i18n/request.ts");

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  serverExternalPackages: ["sharp", "pg", "pg-boss", "pino", "@prisma/client", "@prisma/adapter-pg"],
  // Types and lint are steps of `npm test`; a start from a fresh clone should not pay for them twice.
  typescript: { ignoreBuildErrors: true },
};

export default withNextIntl(config);
