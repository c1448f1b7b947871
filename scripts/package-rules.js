// The rules for the packages we depend on, as functions of package.json, package-lock.json and an audit's report; each
// fault is one sentence. Reads nothing and asks nobody.

/** They ask for no more than that their text is passed on. */
const PERMISSIVE = new Set([
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "0BSD",
  "BlueOak-1.0.0",
]);

/** Under terms of its own, which allow running it: as a tool of ours it is fine, and it is no part of what we publish. */
const CLAUDE = /^(?:claude-code-\d+|@anthropic-ai\/claude-code(?:-[a-z0-9-]+)?)$/;

/**
 * What must not be.
 *
 * @param inlined the packages that are part of what is published, and of no installation
 */
export function faults(manifest, lock, inlined = []) {
  const packages = packagesOf(lock, inlined);
  return [
    ...(lock.lockfileVersion === 3 ? [] : [`The lock is of version ${lock.lockfileVersion}, not 3.`]),
    ...rangeFaults(manifest, lock),
    ...integrityFaults(packages),
    ...originFaults(packages),
    ...licenceFaults(packages),
    ...scriptFaults(manifest, packages),
    ...inliningFaults(packages),
  ];
}

/** What may be, and should be known. */
export function notes(lock) {
  const packages = packagesOf(lock);
  return [
    ...packages
      .filter((one) => one.isTool && !CLAUDE.test(one.name) && !saysLicence(one.license))
      .map(({ name, license = "none" }) => `The tool ${name} is under an unknown licence (${license}).`),
  ];
}

/**
 * @param report what `npm audit --json` printed, parsed
 * @param severities those that count; all when left out
 * @param always the packages of which each counts
 * @returns undefined when the registry gave no answer to go by
 */
export function auditFaults(report, severities, always = []) {
  if (report?.auditReportVersion !== 2 || typeof report.vulnerabilities !== "object") return undefined;
  return Object.values(report.vulnerabilities)
    .filter(
      ({ name, severity }) =>
        severities === undefined || severities.includes(severity) || always.includes(name),
    )
    .map(
      ({ name, severity, range }) => `${`${name} ${range ?? ""}`.trim()} has a known weakness (${severity}).`,
    );
}

function packagesOf(lock, inlined = []) {
  return Object.entries(lock.packages ?? {})
    .filter(([path]) => path !== "")
    .map(([path, entry]) => ({
      ...entry,
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
    }))
    .map((one) => ({ ...one, isInlined: inlined.includes(one.name) }))
    .map((one) => ({ ...one, isTool: one.dev === true && !one.isInlined }));
}

function rangeFaults(manifest, lock) {
  const wanted = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
  return Object.entries(wanted).flatMap(([name, range]) => {
    const version = lock.packages?.[`node_modules/${name}`]?.version;
    if (version === undefined) return [`${name} is not in the lock.`];
    return fits(version, range) ? [] : [`${name} is locked at ${version}, which is not in ${range}.`];
  });
}

/** For the ranges that we write: 1.2.3, 1.2, ^1.2.3, and npm:another-name@ before one of them. */
function fits(version, range) {
  const wanted = range.replace(/^npm:(?:@[^/]+\/)?[^@]+@/, "");
  if (version === wanted) return true;
  const [, caret, numbers] = /^(\^?)(\d+(?:\.\d+){0,2})$/.exec(wanted) ?? [];
  if (numbers === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return false;
  const floor = numbers.split(".").map(Number);
  const given = version.split(".").map(Number);
  if (caret === "") return floor.every((number, at) => number === given[at]);
  // A caret holds all up to the first number that is not 0.
  const held = floor.findIndex((number) => number !== 0);
  const fixed = held < 0 ? floor.length : held + 1;
  if (floor.slice(0, fixed).some((number, at) => number !== given[at])) return false;
  const at = given.findIndex((number, index) => number !== (floor[index] ?? 0));
  return at < 0 || given[at] > (floor[at] ?? 0);
}

function integrityFaults(packages) {
  return packages.filter((one) => !one.integrity).map(({ name }) => `${name} has no integrity in the lock.`);
}

function originFaults(packages) {
  const placed = packages.filter(({ resolved }) => resolved !== undefined);
  const outside = placed.filter(({ resolved }) => !resolved.startsWith("https://"));
  const hosts = new Set(
    placed.filter((one) => !outside.includes(one)).map(({ resolved }) => new URL(resolved).host),
  );
  return [
    ...outside.map(({ name, resolved }) => `${name} comes from ${resolved}, which is no https address.`),
    ...(hosts.size > 1
      ? [`The lock's packages come from ${hosts.size} hosts: ${[...hosts].join(", ")}.`]
      : []),
  ];
}

function licenceFaults(packages) {
  return packages
    .filter(({ isTool, license }) => !isTool && !isPermissive(license))
    .map(({ name, license = "none" }) => `${name} is needed at run time and its licence is ${license}.`);
}

/** An OR leaves the choice to us; of an AND all must be fine; both in one are for a person to read. */
function isPermissive(license = "") {
  const terms = license.replace(/^\((.*)\)$/, "$1");
  if (terms.includes(" OR ")) return terms.split(" OR ").some((one) => PERMISSIVE.has(one));
  return terms.split(" AND ").every((one) => PERMISSIVE.has(one));
}

/** Names what can be looked up, rather than a file or nothing. */
function saysLicence(license = "") {
  return license !== "" && !/^(?:SEE LICENSE IN .*|UNLICENSED)$/.test(license);
}

function scriptFaults(manifest, packages) {
  const own = Object.keys(manifest.scripts ?? {}).filter((name) =>
    /^(?:(?:pre|post)?install|prepare)$/.test(name),
  );
  return [
    ...own.map((name) => `Our own package.json runs "${name}" where it is installed.`),
    ...packages
      .filter(({ isTool, hasInstallScript }) => !isTool && hasInstallScript)
      .map(({ name }) => `${name} is needed at run time and runs a script where it is installed.`),
  ];
}

/** Their packages would come with nobody's knowledge. */
function inliningFaults(packages) {
  return packages
    .filter(({ isInlined, dependencies = {} }) => isInlined && Object.keys(dependencies).length > 0)
    .map(({ name }) => `${name} goes into dist and needs packages of its own.`);
}
