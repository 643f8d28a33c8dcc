export const wholes: readonly string[];
export function isInside(parent: string | undefined, engineUrl: string): boolean;
