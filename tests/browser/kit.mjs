// What the browser tests share: an installation of its own for each file of them (pages, casework, office), so that they run beside each other and in
// any order; a browser; and what is asked of every page.
//
// Every page is checked by axe-core (WCAG 2.2 AA) and html-validate, must not scroll sideways, must ask for nothing from elsewhere and must
// keep to its own content policy.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {spawnSync} from "node:child_process";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";
import {HtmlValidate} from "html-validate";
import {install, serve} from "./installation.mjs";
import {startSignInService} from "./sign-in-service.mjs";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;  // a folder for a picture of every page; none are taken without one
if (shots) fs.mkdirSync(shots, {recursive: true});
export const validate = new HtmlValidate({
  root: true, extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {"no-inline-style": "error", "no-trailing-whitespace": "off", "long-title": "off", "no-raw-characters": "off", "prefer-native-element": "off",
          // GOV.UK Frontend's own markup: a radio's hint before it, lists of links.
          "void-style": "off", "no-redundant-role": "off"},
});

let failed = 0, checks = 0;
const only = new RegExp(process.env.ONLY ?? "");  // ONLY=letter: the tests whose name says so
export const test = async (name, body) => {
  if (!only.test(name)) return;
  checks++;
  try {
    await body();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${String(error.stack ?? error).split("\n").slice(0, 40).join("\n")}`);
  }
};

export const service = await startSignInService();
export const installation = await install(service);
export const server = await serve(installation);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A fresh browser that notes everything that should not happen.
export async function open({width = 1280, js = true} = {}) {
  const context = await browser.newContext({viewport: {width, height: 800}, javaScriptEnabled: js});
  context.setDefaultTimeout(120000);  // a busy machine is slow, not wrong
  const page = await context.newPage();
  const wrong = [];
  page.on("dialog", (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("pageerror", (error) => wrong.push(`script: ${error}`));
  page.on("console", (message) => message.type() === "error" && !/status of (4|5)\d\d/.test(message.text()) && wrong.push(`console: ${message.text()}`));
  page.on("request", (request) => !request.url().startsWith(server.url) && wrong.push(`asked elsewhere: ${request.url()}`));
  return {context, page, wrong, width, js};
}

export async function signIn(visit, id = "amina") {
  await visit.page.goto(server.url + server.newLink(id));
  await visit.page.getByRole("button", {name: "Sign in"}).click();
  await visit.page.waitForURL(server.url + "/");
}

// The page that is shown now.
export async function check(visit, name) {
  const {page, js, width} = visit;
  const html = await page.content();
  const label = `${name}-${width}${js ? "" : "-nojs"}`;
  if (shots) await page.screenshot({path: path.join(shots, `${label}.png`), fullPage: true});
  const room = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(room[0] <= room[1], `${label} scrolls sideways: ${room}`);
  assert.deepEqual(visit.wrong, [], label);
  if (!js) return;
  assert.equal(await page.evaluate(() => window.pwned), undefined, `${label}: a stranger's script ran`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}));
  assert.ok(found.passes.length > 8, `${label}: axe looked at the page`);
  // GOV.UK Frontend says on a radio button whether what it reveals is shown; ARIA does not allow that there, and screen readers do read it.
  // https://github.com/alphagov/govuk-frontend/issues/979
  for (const v of found.violations)
    if (v.id === "aria-allowed-attr") v.nodes = v.nodes.filter((n) => !/class="govuk-radios__input"[^>]* aria-controls="/.test(n.html));
  found.violations = found.violations.filter((v) => v.nodes.length > 0);
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) => n.html).join(" | ")}`), [], label);
  return html;
}

const written = fs.mkdtempSync(path.join(os.tmpdir(), "heed-html-"));  // what the Nu Html Checker reads at the end
export async function valid(visit, address) {
  const response = await visit.context.request.get(server.url + address);
  const html = await response.text();
  fs.writeFileSync(path.join(written, encodeURIComponent(address).slice(0, 120) + ".html"), html);
  const report = await validate.validateString(html, address);
  const messages = report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId} ${m.message}`));
  assert.deepEqual(messages, [], address);
}

// RFC 6238, as the phone does it.
export function totp(base32, at = Date.now()) {
  const bits = [...base32.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = crypto.createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
}

// The end of every file of tests.  `least`: how many pages it has had checked with valid(), about.
export async function finish({least}) {
  await browser.close();
  await service.stop();
  // The checker of the W3C, which knows what html-validate does not; over the report of an evidence pack, too.
  await test("the Nu Html Checker finds nothing in any page, nor in a pack's report", async () => {
    if (spawnSync("java", ["-version"]).status !== 0) return console.log("SKIPPED: the Nu Html Checker did NOT look at the pages: there is no Java here (apt-get install default-jre-headless)");
    const jar = createRequire(import.meta.url).resolve("vnu-jar/build/dist/vnu.jar");
    fs.writeFileSync(path.join(written, "wrong.html"), "<!DOCTYPE html><html lang=\"en\"><head><title>t</title></head><body><ul><p>x</p></ul></body></html>");
    installation.run("pack", "1", "2", "--output", path.join(written, "pack.zip"));
    assert.equal(spawnSync("python3", ["-m", "zipfile", "-e", path.join(written, "pack.zip"), path.join(written, "pack")]).status, 0);
    const all = fs.readdirSync(written, {recursive: true}).filter((name) => name.endsWith(".html")).map((name) => path.join(written, name));
    assert.ok(all.length > least && all.some((name) => name.endsWith("report.html")), `${all.length} pages`);
    const ran = spawnSync("java", ["-Xmx512m", "-jar", jar, "--format", "json", "--exit-zero-always", ...all], {encoding: "utf8", maxBuffer: 1 << 26});
    const {messages} = JSON.parse(ran.stderr);
    const told = messages.map((m) => `${path.basename(m.url)}:${m.lastLine}: ${m.message}`);
    assert.ok(told.some((line) => line.startsWith("wrong.html")), "it finds what is wrong");
    // Strangers write as they like: combining marks in no order, in any language.
    assert.deepEqual(told.filter((line) => !/^wrong\.html|Unicode Normalization Form C|appears to be written in/.test(line)), []);
  });

  await test("stops at once when told to, with browsers still connected", async () => {
    const before = Date.now();
    assert.equal(await server.stop(), 0, server.errors());
    assert.ok(Date.now() - before < 8000);
  });
  fs.rmSync(installation.folder, {recursive: true, force: true});
  console.log(`${checks - failed} of ${checks} passed${shots ? `; screenshots in ${shots}` : ""}`);
  process.exit(failed ? 1 : 0);
}
