// How many examples a property is tried with: few in the suite, twenty times as many in `npm run test:properties`.

const TIMES = Number(process.env["PROPERTY_TIMES"] ?? 1);

export const isLongRun = TIMES > 1;

export const runs = (inTheSuite: number): number => inTheSuite * TIMES;
