/** The key lives in this tab only, until it is closed: never in localStorage, an address or a log. */
const NAME = 'valerix.operator-key';

export const rememberKey = (key: string): void => sessionStorage.setItem(NAME, key);
export const rememberedKey = (): string | undefined => sessionStorage.getItem(NAME) ?? undefined;
export const forgetKey = (): void => sessionStorage.removeItem(NAME);
