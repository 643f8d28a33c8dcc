/** The table is part of the domain, because the server plans with it, too. */
export * from "#lib/domain/resnet-presets";
