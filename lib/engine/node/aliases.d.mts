export const wholes: readonly string[];
export const parts: readonly string[];
export function isInside(parent: string | undefined, engineUrl: string): boolean;
