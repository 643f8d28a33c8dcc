/** What an export leaves under its prefix, directly: what it is of, and whether it is whole. Readers pass over it. */
export const exportMarker = "lathe-export.json";
