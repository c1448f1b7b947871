// Amounts of money and of tokens, for people. Pure.

/** Such as $12.30; what is less than a cent is said to be that. */
export function money(microUsd: number): string {
  const cents = Math.round(microUsd / 10_000);
  return microUsd > 0 && cents === 0 ? "< $0.01" : `$${grouped(cents / 100, 2)}`;
}

export const count = (tokens: number): string => grouped(tokens, 0);

function grouped(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
