// The console as staff use it: with and without JavaScript, on a phone and on a laptop, with a keyboard only.
//
// Every page is checked by axe-core (WCAG 2.2 AA) and html-validate, must not scroll sideways, must ask for nothing from elsewhere and must
// keep to its own content policy.  Screenshots go to SHOTS.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {spawnSync} from "node:child_process";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";
import {HtmlValidate} from "html-validate";
import {hostile, install, serve} from "./installation.mjs";
import {startSignInService} from "./sign-in-service.mjs";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
fs.mkdirSync(shots, {recursive: true});
const validate = new HtmlValidate({
  root: true, extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {"no-inline-style": "error", "no-trailing-whitespace": "off", "long-title": "off", "no-raw-characters": "off", "prefer-native-element": "off",
          // GOV.UK Frontend's own markup: a radio's hint before it, lists of links.
          "void-style": "off", "no-redundant-role": "off"},
});

let failed = 0, checks = 0;
const only = new RegExp(process.env.ONLY ?? "");  // ONLY=letter: the tests whose name says so
const test = async (name, body) => {
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

// A checker that finds nothing may be one that looks at nothing.
await test("the checkers see what is wrong", async () => {
  const report = await validate.validateString("<!DOCTYPE html><html lang=\"en\"><head><title>t</title></head><body><p style=\"color:red\"><div>x</p></body></html>");
  assert.ok(report.results[0].messages.length >= 2);
});

const service = await startSignInService();
const installation = await install(service);
const server = await serve(installation);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A fresh browser that notes everything that should not happen.
async function open({width = 1280, js = true} = {}) {
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

async function signIn(visit, id = "amina") {
  await visit.page.goto(server.url + server.newLink(id));
  await visit.page.getByRole("button", {name: "Sign in"}).click();
  await visit.page.waitForURL(server.url + "/");
}

// The page that is shown now.
async function check(visit, name) {
  const {page, js, width} = visit;
  const html = await page.content();
  const label = `${name}-${width}${js ? "" : "-nojs"}`;
  await page.screenshot({path: path.join(shots, `${label}.png`), fullPage: true});
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
async function valid(visit, address) {
  const response = await visit.context.request.get(server.url + address);
  const html = await response.text();
  fs.writeFileSync(path.join(written, encodeURIComponent(address).slice(0, 120) + ".html"), html);
  const report = await validate.validateString(html, address);
  const messages = report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId} ${m.message}`));
  assert.deepEqual(messages, [], address);
}

// RFC 6238, as the phone does it.
function totp(base32, at = Date.now()) {
  const bits = [...base32.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = crypto.createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
}

const pages = [
  ["home", "/"], ["queue", "/queue"], ["queue-one-school", "/queue?school=ashford"], ["queue-due", "/queue?due=soon&whose=nobody"], ["views", "/queue/views?whose=nobody"], ["bulk", "/queue/bulk?case=5&case=6&case=7"], ["bulk-none", "/queue/bulk"], ["burst", "/queue/bursts/1"], ["case", "/cases/1"], ["case-shown", "/cases/1?words=shown"], ["open", "/cases/1/open"],
  ["settings", "/settings"], ["sources", "/sources"], ["people", "/people"], ["person-new", "/people/new"], ["person", "/people/ben"], ["audit", "/audit"],
  ["tips", "/tips"], ["evidence", "/cases/1/evidence"], ["packs", "/packs"], ["pack-new", "/packs/new?cases=1"],
  ["approvals", "/approvals"], ["reports-none", "/reports"], ["lexicon", "/lexicon"], ["try", "/lexicon/try"], ["insights", "/insights"], ["entry", "/lexicon/entries/abuse.kill-yourself"], ["entry-propose", "/lexicon/propose"], ["rule-propose", "/lexicon/propose/rule"], ["groups", "/lexicon/groups?text=staff"], ["letters", "/letters"], ["letter-edit", "/letters/ban"], ["access-request", "/access-requests"], ["decide", "/cases/2/decide"], ["password", "/password"], ["second-factor", "/second-factor"], ["notice", "/notice"], ["no-such-page", "/nothing"], ["no-such-case", "/cases/99999"],
];

for (const js of [true, false])
  for (const width of [360, 1280])
    await test(`every page, ${width} px, ${js ? "with" : "without"} JavaScript`, async () => {
      const visit = await open({width, js});
      await signIn(visit);
      for (const [name, address] of pages) {
        await visit.page.goto(server.url + address);
        await check(visit, name);
        if (js && width === 1280) await valid(visit, address);
      }
      await visit.context.close();
    });

await test("pages before signing in", async () => {
  for (const width of [360, 1280]) {
    const visit = await open({width});
    for (const [name, address] of [["sign-in", "/sign-in"], ["link", server.newLink("ben")], ["link-gone", "/link/ben.x"], ["notice-public", "/notice"]]) {
      await visit.page.goto(server.url + address);
      await check(visit, name);
      await valid(visit, address);
    }
    await visit.context.close();
  }
});

// What a new member of staff does on the first day, and on the second.
for (const js of [true, false])
  await test(`invitation, password, second factor, sign out, sign in; ${js ? "with" : "without"} JavaScript`, async () => {
    const admin = await open({js});
    await signIn(admin);
    const name = js ? "Cara Lis" : "Dev Rao";
    await admin.page.goto(server.url + "/people/new");
    await admin.page.getByRole("button", {name: "Add"}).click();
    await check(admin, "person-new-problem");
    assert.match(await admin.page.textContent("body"), /There is a problem/);
    await admin.page.getByLabel("Name", {exact: true}).fill(name);
    await admin.page.getByLabel("What", {exact: true}).selectOption("triage");
    await admin.page.getByLabel("At which school").selectOption("oakmoor");
    await admin.page.getByRole("button", {name: "Add"}).click();
    await check(admin, "person-with-link");
    const link = (await admin.page.textContent("#fresh-link")).trim();

    const visit = await open({width: 360, js});
    const {page} = visit;
    await page.goto(link);
    await check(visit, "welcome");
    await page.getByRole("button", {name: "Begin"}).click();
    await page.getByLabel("New password", {exact: true}).fill("short");
    await page.getByLabel("New password again").fill("short");
    await page.getByRole("button", {name: "Save password"}).click();
    await check(visit, "password-problem");
    await page.getByLabel("New password", {exact: true}).fill("otter lantern gravel");
    await page.getByLabel("New password again").fill("otter lantern gravel");
    await page.getByRole("button", {name: "Save password"}).click();
    await page.waitForURL("**/second-factor");
    await check(visit, "enrol");
    const key = await page.textContent(".heed-secret");
    assert.ok(await page.evaluate(() => document.querySelector(".heed-qr").naturalWidth) > 0, "the picture is shown");
    await page.getByLabel("Code that the app shows").fill("000000");
    await page.getByRole("button", {name: "Continue"}).click();
    await check(visit, "enrol-problem");
    await page.getByLabel("Code that the app shows").fill(totp(key));
    await page.getByRole("button", {name: "Continue"}).click();
    await page.getByText("Keep these recovery codes").first().waitFor();
    await check(visit, "recovery-codes");
    const code = (await page.textContent(".heed-codes li")).trim();
    await page.getByText("I have kept them").click();
    await page.getByText(`Hello, ${name}`).waitFor();
    assert.equal(await page.getByRole("link", {name: "People"}).count(), 0);

    await page.getByRole("button", {name: "Sign out"}).click();
    await page.waitForURL("**/sign-in");
    await page.goto(server.url + "/queue");
    await page.getByLabel("User name").fill(js ? "cara-lis" : "dev-rao");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", {name: "Sign in", exact: true}).click();
    await check(visit, "sign-in-problem");
    await page.getByLabel("Password").fill("otter lantern gravel");
    await page.getByRole("button", {name: "Sign in", exact: true}).click();
    await check(visit, "code");
    await page.getByLabel("Code from your authenticator app").fill("000000");
    await page.getByRole("button", {name: "Continue"}).click();
    await check(visit, "code-problem");
    await page.getByLabel("Code from your authenticator app").fill(code);
    await page.getByRole("button", {name: "Continue"}).click();
    await page.waitForURL("**/queue");
    await admin.context.close();
    await visit.context.close();
  });

await test("with the keyboard only: skip, sign in, read a case, show its account, sign out", async () => {
  const visit = await open();
  const {page} = visit;
  const tabTo = async (name) => {
    for (let i = 0; i < 150; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const e = document.activeElement, ring = getComputedStyle(e);
        return {text: (e.innerText || e.value || "").trim(), visible: e.getBoundingClientRect().width > 0, ring: ring.outlineStyle !== "none" || ring.boxShadow !== "none"};
      });
      if (at.text === name) {
        assert.ok(at.ring, `${name} shows that it is focused`);
        return;
      }
    }
    assert.fail(`cannot reach ${name} with the Tab key`);
  };
  await page.goto(server.url + server.newLink("amina"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to main content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main-content");
  await tabTo("Sign in");
  await page.keyboard.press("Enter");
  await page.waitForURL(server.url + "/");
  await tabTo("Go to the queue");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/queue");
  await tabTo("Case 1");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cases/1");
  await tabTo("Show the account");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cases/1/author");
  await check(visit, "case-author");
  await page.goto(server.url + "/audit");
  assert.match(await page.textContent("table"), /Author viewed/);
  await tabTo("Sign out");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/sign-in");
  await visit.context.close();
});

// What staff do all week, and what a headteacher does after them.
for (const js of [true, false])
  await test(`a case from claim to approved letter; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({js, width: js ? 1280 : 360}), head = await open({js});
    const {page} = visit, address = `/cases/${js ? 3 : 4}`;
    await signIn(visit, "ben");
    await signIn(head, "amina");
    await page.goto(server.url + address);
    await page.getByRole("button", {name: "Claim for half an hour"}).click();
    await page.getByText("You are working on this until").waitFor();
    await check(visit, "case-claimed");
    await page.getByRole("button", {name: "Decide"}).or(page.getByRole("link", {name: "Decide", exact: true})).first().click();
    await page.waitForURL(`**${address}/decide`);
    await page.getByRole("button", {name: "Save"}).first().click().catch(() => page.locator("main form button[type=submit]").first().click());
    await check(visit, "decide-problem");
    await page.locator("input[name=finding][value=breach]").check();
    await page.locator("[name=why]").first().fill("It insults a member of staff.");
    await page.locator("main form button[type=submit]").first().click();
    await page.waitForURL(`**${address}/respond`);
    await check(visit, "respond");
    await page.goto(server.url + address + "/respond/letter");
    await check(visit, "propose");
    await page.locator("[name=to]").fill("the author");
    await page.locator("[name=text]").fill("Please take the post down. The school would like to talk with you.");
    await page.locator("main form button[type=submit]").first().click();
    await page.waitForURL((url) => !url.pathname.endsWith("/respond/letter"));
    await check(visit, "proposed");
    await head.page.goto(server.url + "/approvals");
    await check(head, "approvals-waiting");
    await head.page.locator(`a[href*="${address}/responses/1"]`).first().click();
    await check(head, "response");
    await head.page.getByRole("button", {name: /^Approve/}).click();
    await check(head, "response-approved");
    for (const each of [visit, head]) await each.context.close();
  });

// With Tab, Enter, Space, arrows and letters alone, from signing in to a letter that the head approves.
for (const js of [true, false])
  await test(`a whole case with the keyboard only; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({js}), head = await open({js});
    const id = js ? 13 : 14, address = `/cases/${id}`;
    // Tab until what has the focus is that; whatever is reached shows that it is.
    const reach = async (page, selector) => {
      for (let i = 0; i < 400; i++) {
        await page.keyboard.press("Tab");
        const [there, ring] = await page.evaluate((selector) => {
          const e = document.activeElement, rings = [getComputedStyle(e), getComputedStyle(e.parentElement), getComputedStyle(e.nextElementSibling ?? e, "::before")];
          return [e.matches(selector), rings.some((r) => r.outlineStyle !== "none" || r.boxShadow !== "none")];
        }, selector);
        if (!there) continue;
        assert.ok(ring, `${selector} shows that it is focused`);
        return;
      }
      assert.fail(`cannot reach ${selector} with the Tab key on ${page.url()}`);
    };
    const press = async (page, selector, url) => {
      await reach(page, selector);
      await page.keyboard.press("Enter");
      if (url) await page.waitForURL(url);
    };
    const enter = async (page, who) => {
      await page.goto(server.url + server.newLink(who));
      await press(page, "main button[type=submit]", server.url + "/");
    };
    const {page} = visit;
    await enter(page, "ben");
    await press(page, "a[href='/queue']", "**/queue");
    await press(page, `a[href='${address}']`, `**${address}`);
    await press(page, `form[action='${address}/claim'] button`);
    await page.getByText("You are working on this until").waitFor();
    if (js) await page.keyboard.press("d");
    else await press(page, `a[href='${address}/decide']`);
    await page.waitForURL(`**${address}/decide`);
    await reach(page, "input[name=finding]");
    await page.keyboard.press("Space");
    for (let i = 0; i < 7 && await page.evaluate(() => document.activeElement.value) !== "breach"; i++) await page.keyboard.press("ArrowDown");
    assert.equal(await page.locator("input[name=finding]:checked").getAttribute("value"), "breach");
    await reach(page, "[name=why]");
    await page.keyboard.type("It insults a member of staff.");
    await press(page, "main form button[type=submit]", `**${address}/respond`);
    await press(page, `a[href='${address}/respond/letter']`, `**${address}/respond/letter`);
    await reach(page, "[name=to]");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("the author");
    await reach(page, "[name=text]");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Please take the post down. The school would like to talk with you.");
    await press(page, "main form button[type=submit]", (url) => !url.pathname.endsWith("/respond/letter"));
    await enter(head.page, "amina");
    await press(head.page, "a[href='/approvals']", "**/approvals");
    await press(head.page, `a[href*='${address}/responses/1']`, `**${address}/responses/1*`);
    await reach(head.page, "main form button[type=submit]");
    assert.match(await head.page.evaluate(() => document.activeElement.innerText), /^Approve/);
    await head.page.keyboard.press("Enter");
    await head.page.waitForURL("**/approvals");
    await head.page.getByText(/^Approved/).first().waitFor();
    for (const each of [visit, head]) {
      assert.deepEqual(each.wrong, []);
      await each.context.close();
    }
  });

const handedIn = new Set();  // cases of the second school that the next test opens
for (const js of [true, false])
  await test(`a tip handed in, a capture, a hold and a pack; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({width: js ? 1280 : 360, js});
    const {page} = visit;
    await signIn(visit);
    await page.goto(server.url + "/tips");
    await page.getByRole("button", {name: "Hand it in"}).click();
    await page.getByText("There is a problem").waitFor();
    await check(visit, "tip-problems");
    await page.getByLabel("Which school is it about?").selectOption("ashford");
    await page.getByLabel("Who sent it, and how?").fill("a parent of year 8, by mail");
    const chat = "13/11/2026, 08:00 - Jo: nice weather\n13/11/2026, 08:01 - Jo: the teachers are scum, kill them all\n13/11/2026, 08:02 - Al: see you\n";
    await page.getByLabel("Files").setInputFiles({name: "WhatsApp Chat - 8B.txt", mimeType: "text/plain", buffer: Buffer.from(chat)});
    await page.getByLabel("Words, pasted").fill(`I will kill you <script>window.pwned=1</script> ${js}`);
    await page.getByRole("button", {name: "Hand it in"}).click();
    await page.waitForURL("**/tips/*");
    for (let i = 0; i < 60 && await page.getByRole("link", {name: "Look again"}).count(); i++) await page.getByRole("link", {name: "Look again"}).click();
    await check(visit, "tip-told");
    assert.match(await page.textContent("main"), /WhatsApp chat export/);
    for (const address of await page.getByRole("link", {name: /^Case \d+$/}).evaluateAll((links) => links.map((a) => a.getAttribute("href")))) handedIn.add(address);
    await page.getByRole("link", {name: /^Case \d+$/}).last().click();
    await page.waitForURL("**/cases/*");
    assert.match(await page.textContent("main"), /Handed in\s*by amina, from a parent of year 8, by mail/);
    await page.getByRole("link", {name: "Captures, originals"}).click();
    await page.waitForURL("**/evidence");
    const address = page.url();
    await page.getByLabel("The file").setInputFiles({name: "shot.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")});
    await page.getByRole("button", {name: "Keep it with the case"}).click();
    await page.getByText("There is a problem").waitFor();
    await check(visit, "capture-problems");
    await page.getByLabel("The file").setInputFiles({name: "shot.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")});
    await page.getByLabel("How was it made?").fill("On the office PC, not signed in");
    await page.getByRole("button", {name: "Keep it with the case"}).click();
    await page.getByText("Kept with the case").waitFor();
    await check(visit, "evidence-kept");
    assert.equal(await page.locator("img.heed-blurred").count(), 1);
    await page.getByRole("link", {name: "Show them clearly"}).click();
    assert.equal(await page.locator("img.heed-blurred").count(), 0);
    const file = page.waitForEvent("download");
    await page.getByRole("link", {name: "shot.png"}).click();
    assert.match((await file).suggestedFilename(), /^case-\d+-shot\.png$/);
    await page.goto(address);
    await page.getByText("Put it under a legal hold").click();
    await page.getByLabel("What is it kept for?").fill("Claim in defamation");
    await page.getByRole("button", {name: "Keep it", exact: true}).click();
    await page.getByText("The case is kept until somebody releases it").waitFor();
    await check(visit, "evidence-held");
    await page.getByRole("link", {name: "Make an evidence pack of this case"}).click();
    await page.getByRole("button", {name: "Make the pack"}).click();
    await page.getByText("There is a problem").waitFor();
    await check(visit, "pack-problems");
    await page.getByLabel("An evidence copy").check();
    await page.getByLabel("What is it for?").fill("Advice of a solicitor");
    await page.getByLabel("Sealed for").fill("A. Solicitor");
    await page.getByLabel("Passphrase", {exact: true}).fill("four plain random words");
    await page.getByLabel("The passphrase again").fill("four plain random words");
    await page.getByRole("button", {name: "Make the pack"}).click();
    await page.waitForURL(/\/packs\/[0-9a-f]{32}$/);
    for (let i = 0; i < 600 && await page.getByRole("link", {name: "Look again"}).count(); i++) await page.getByRole("link", {name: "Look again"}).click();
    await check(visit, "pack-ready");
    const pack = page.waitForEvent("download");
    await page.getByRole("button", {name: "Download"}).click();
    const sealed = await (await pack).path();
    const words = path.join(installation.folder, "passphrase");
    fs.writeFileSync(words, "four plain random words\n");
    assert.match(installation.run("verify", sealed, "--passphrase-file", words), /All of it holds/);
    await page.goto(server.url + "/packs");
    await check(visit, "packs-made");
    await page.goto(server.url + "/audit");
    assert.match(await page.textContent("main"), /Pack taken/);
    await visit.context.close();
  });

// From a decision to a report made by hand with its number, past notices and helplines; what waits in between is approved at the command line.
for (const js of [true, false])
  await test(`a report by hand, notices and a helpline; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({js, width: js ? 1280 : 360});
    const {page} = visit, number = js ? 5 : 6, address = `/cases/${number}`;
    await signIn(visit, "ben");
    installation.run("case", "decide", String(number), "--finding", "breach", "--category", "abuse", "--severity", "2", "--why", "insults staff", "--as", "ben");
    for (const [name, at] of [["respond-report", "/respond"], ["report", "/report"], ["section-5", "/section-5"], ["illegal-content", "/illegal-content"], ["helpline", "/helpline"]]) {
      await page.goto(server.url + address + at);
      await check(visit, name);
      if (js) await valid(visit, address + at);
    }
    for (const [name, at] of [["section-5-problem", "/section-5"], ["illegal-content-problem", "/illegal-content"]]) {
      await page.goto(server.url + address + at);
      await page.getByRole("button", {name: "Write and propose it"}).click();
      await check(visit, name);
      assert.match(await page.textContent("body"), /There is a problem/);
    }
    await page.goto(server.url + address + "/report");
    await page.getByLabel("The exact text that leaves").fill("It insults a member of staff.");
    await page.getByRole("button", {name: "Propose"}).click();
    await page.waitForURL(`**${address}`);
    installation.run("case", "approve", String(number), "1", "--hold", "0", "--as", "amina");
    await page.goto(server.url + address + "/responses/1");
    await page.getByRole("button", {name: "Carry it out, step by step"}).click();
    await check(visit, "by-hand");
    if (js) await valid(visit, address + "/responses/1/by-hand");
    await page.getByRole("button", {name: "It is reported"}).click();
    await check(visit, "by-hand-problem");
    for (const box of await page.locator("input[name=step]").all()) await box.check();
    await page.getByLabel("Their number or reference, if there is one").fill("FB-77");
    await page.getByRole("button", {name: "It is reported"}).click();
    await page.waitForURL(`**${address}/responses/1`);
    await check(visit, "response-done");
    await page.goto(server.url + "/reports");
    await check(visit, "reports");
    if (js) await valid(visit, "/reports");
    assert.match(await page.textContent("table"), /FB-77/);
    await page.goto(server.url + address);
    await page.getByText("Write down what a person saw").click();
    await page.getByLabel("What you saw").selectOption("up");
    await page.getByRole("button", {name: "Write it down"}).click();
    await page.waitForURL(`**${address}`);
    await check(visit, "case-watched");
    await visit.context.close();
  });

// A dozen parents copy one post; the office decides them together, thinks again, and takes it back.
for (const js of [true, false])
  await test(`a burst is decided together and taken back; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({js, width: js ? 1280 : 360});
    const {page} = visit;
    await signIn(visit, "ben");
    await page.goto(server.url + "/queue");
    const burst = page.locator(".heed-burst", {hasText: "more like it"}).first();
    const all = (await burst.getByRole("link", {name: /^Act on all/}).textContent()).match(/all (\d+)/)[1];
    assert.ok(Number(all) >= 3, all);
    await burst.getByRole("link", {name: /^See all/}).click();
    await page.waitForURL("**/queue/bursts/*");
    await check(visit, "burst-shown");
    await page.getByRole("button", {name: "Act on the chosen ones"}).click();
    await page.waitForURL("**/queue/bulk?**");
    await page.getByRole("button", {name: "Show what would happen"}).click();
    await check(visit, "bulk-problem");
    assert.match(await page.textContent("body"), /There is a problem/);
    await page.getByLabel("Decide them all alike").check();
    await page.getByLabel("What are they?").selectOption("criticism");
    await page.getByLabel("Why?").fill("One parent's words, copied by others: an opinion of the timetable.");
    await page.getByRole("button", {name: "Show what would happen"}).click();
    await check(visit, "bulk-preview");
    assert.match(await page.textContent("h1"), new RegExp(`${all} cases`));
    await page.getByRole("button", {name: /^Do it with all/}).click();
    await page.waitForURL("**/queue/batches/*");
    await check(visit, "batch");
    await page.getByRole("button", {name: `Take all ${all} back`}).click();
    await page.getByText(`${all} cases taken back`).first().waitFor();
    await check(visit, "batch-undone");
    await page.goto(server.url + "/queue");
    assert.match(await page.textContent("body"), new RegExp(`Act on all ${all}`));
    await visit.context.close();
  });

for (const js of [true, false])
  await test(`rows are chosen, one's own list is kept; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({js, width: js ? 1280 : 360});
    const {page} = visit;
    await signIn(visit, "ben");
    await page.goto(server.url + "/queue?severity=2");
    await page.getByRole("link", {name: "Keep as one of my lists"}).click();
    await page.getByLabel("Name for a new list").fill(js ? "Clear breaches" : "Clear breaches, by phone");
    await page.getByRole("button", {name: "Save the list"}).click();
    await page.waitForURL("**/queue?severity=2");
    await check(visit, "queue-with-list");
    assert.match(await page.textContent("nav[aria-label='My lists']"), /Clear breaches.* \(\d+\)/);
    const boxes = page.locator("tbody input[type=checkbox]");
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    if (js) {
      await page.getByText("2 rows are chosen.").waitFor();
      await page.getByLabel("Choose all rows of this page").check();
      assert.equal(await boxes.evaluateAll((all) => all.every((box) => box.checked)), true);
      await page.getByLabel("Choose all rows of this page").uncheck();
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      assert.equal(await boxes.nth(0).isChecked(), true);
      await page.keyboard.press("b");
    } else await page.getByRole("button", {name: "Act on the chosen ones"}).click();
    await page.waitForURL("**/queue/bulk?**");
    await check(visit, "bulk-chosen");
    await page.getByLabel("Claim them for half an hour").check();
    await page.getByRole("button", {name: "Show what would happen"}).click();
    await page.getByRole("button", {name: /^Do it/}).click();
    await page.waitForURL("**/queue/batches/*");
    await page.getByRole("button", {name: /^Take .* back$/}).click();
    await page.getByText("taken back").first().waitFor();
    await page.goto(server.url + "/queue/views");
    await check(visit, "views-saved");
    await page.getByRole("button", {name: /^Delete/}).first().click();
    await page.getByText("The list is deleted").waitFor();
    await visit.context.close();
  });

await test("covered words show while pointed at, reached with Tab or v is held, for who chose that", async () => {
  const visit = await open();
  const {page} = visit;
  await signIn(visit, "ben");
  await page.goto(server.url + "/cases/1");
  assert.equal(await page.locator("[data-heed-bare]").count(), 0);
  await page.goto(server.url + "/settings");
  await page.getByLabel("Yes", {exact: true}).check();
  await page.getByRole("button", {name: "Save how covered words show"}).click();
  await page.getByText("Covered words will show while you point at them").waitFor();
  await page.goto(server.url + "/cases/1");
  await check(visit, "case-peek");
  const mark = page.locator("mark[data-heed-bare]").first();
  const bare = await mark.getAttribute("data-heed-bare");
  assert.match(await mark.textContent(), /•/);
  await mark.hover();
  assert.ok((await mark.textContent()).startsWith(bare));
  await page.mouse.move(0, 0);
  assert.match(await mark.textContent(), /•/);
  await mark.focus();
  assert.ok((await mark.textContent()).startsWith(bare));
  await mark.blur();
  assert.match(await mark.textContent(), /•/);
  await page.keyboard.down("v");
  assert.ok((await mark.textContent()).startsWith(bare));
  await page.keyboard.up("v");
  assert.match(await mark.textContent(), /•/);
  await page.goto(server.url + "/queue");
  await check(visit, "queue-peek");
  await page.goto(server.url + "/settings");
  await page.getByLabel("No, only by the button").check();
  await page.getByRole("button", {name: "Save how covered words show"}).click();
  await visit.context.close();
});

await test("keys walk the queue, open, decide, help, and never while somebody types", async () => {
  const visit = await open();
  const {page} = visit;
  await signIn(visit);
  await page.goto(server.url + "/queue");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.querySelectorAll("[data-heed-row]")[1].contains(document.activeElement)), true);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await check(visit, "keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cases/*");
  await page.keyboard.press("d");
  await page.waitForURL("**/decide");
  await page.locator("[name=why]").first().focus();
  await page.keyboard.type("quick jkd?");
  assert.match(page.url(), /decide$/);
  await visit.context.close();
});

await test("hostile posts are words and nothing else", async () => {
  for (const js of [true, false])
    for (const width of [360, 1280]) {
      const visit = await open({width, js});
      await signIn(visit);
      await visit.page.goto(server.url + "/queue?school=ashford");
      const cases = await visit.page.locator("tbody th a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
      // What says nearly the same stands in one line: the others are on the page of its burst.
      const bursts = await visit.page.locator(".heed-burst a[href^='/queue/bursts/']").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
      for (const burst of bursts) {
        await visit.page.goto(server.url + burst);
        await check(visit, "hostile-burst");
        for (const address of await visit.page.locator("tbody th a").evaluateAll((links) => links.map((a) => a.getAttribute("href")))) if (!cases.includes(address)) cases.push(address);
      }
      assert.equal(cases.length, hostile.length + handedIn.size);
      await visit.page.goto(server.url + "/queue/bulk?" + cases.map((address) => "case=" + address.split("/").pop()).join("&"));
      await check(visit, "hostile-bulk");
      await check(visit, "hostile-queue");
      let n = 0;
      for (const address of cases)
        for (const more of ["", "?words=shown", "/open"]) {
          await visit.page.goto(server.url + address + more);
          await check(visit, `hostile-${n++}`);
          // No address of theirs is a link but on the page that asks, and there only what is shown.
          const links = await visit.page.locator("a").evaluateAll((all) => all.map((a) => a.href));
          for (const link of links.filter((l) => !l.startsWith(server.url))) assert.ok(more === "/open" && /^https:\/\/evil\.example\//.test(link), link);
        }
      await visit.page.goto(server.url + cases[0]);
      await visit.page.getByRole("button", {name: "Show the account"}).click();
      await check(visit, "hostile-author");
      await visit.context.close();
    }
});

await test("somebody of one school sees that school only", async () => {
  const visit = await open();
  await signIn(visit, "ben");
  await visit.page.goto(server.url + "/queue");
  assert.doesNotMatch(await visit.page.textContent("body"), /Ashford/);
  await visit.page.goto(server.url + "/people");
  assert.match(await visit.page.textContent("h1"), /not for your role/);
  await check(visit, "not-for-your-role");
  await visit.context.close();
});

// The sign-in service is another place: asking it is what this is about.
for (const js of [true, false])
  await test(`signing in with a school account; ${js ? "with" : "without"} JavaScript`, async () => {
    const visit = await open({width: 360, js});
    const {page} = visit;
    await page.goto(server.url + "/queue");
    await check(visit, "sign-in-with-school");
    await page.getByRole("button", {name: "Sign in with your school account"}).click();
    await page.waitForURL(service.issuer + "/**");
    await page.getByRole("link", {name: "I am Ben"}).click();
    // heed's own code is still asked for: the first time it is set up.
    await page.waitForURL(js ? "**/second-factor" : "**/sign-in/code*");
    if (js) {
      service.key = await page.textContent(".heed-secret");
      await page.getByLabel("Code that the app shows").fill(totp(service.key));
      await page.getByRole("button", {name: "Continue"}).click();
      await page.getByText("I have kept them").click();
    } else {
      // A code is good once: the next one, which counts already.
      await page.getByLabel("Code from your authenticator app").fill(totp(service.key, Date.now() + 30000));
      await page.getByRole("button", {name: "Continue"}).click();
      await page.waitForURL("**/queue");
    }
    await page.goto(server.url + "/settings");
    assert.match(await page.textContent("body"), /Yours is known/);
    visit.wrong = visit.wrong.filter((what) => !what.startsWith(`asked elsewhere: ${service.issuer}`) && !/favicon/.test(what));
    await check(visit, "settings-with-school");
    await visit.context.close();
  });

await test("a school account nobody knows is let in nowhere", async () => {
  const visit = await open();
  const ben = service.person;
  service.person = {sub: "666", email: "eve@oakmoor.example", email_verified: true};
  await visit.page.goto(server.url + "/sign-in/school");
  await visit.page.getByRole("link", {name: "I am Ben"}).click();
  await visit.page.getByText("not known to heed").waitFor();
  visit.wrong = visit.wrong.filter((what) => !what.startsWith(`asked elsewhere: ${service.issuer}`) && !/favicon/.test(what));
  await check(visit, "school-account-unknown");
  service.person = ben;
  await visit.context.close();
});

// An entry of the lexicons from its proposal to its end, in the files of a running heed.
await test("an entry is proposed, back-tested, run in shadow, published and retired", async () => {
  const visit = await open({js: false});
  const {page} = visit;
  page.setDefaultTimeout(240000);  // all the lexicons are compiled several times
  await signIn(visit);
  await page.goto(server.url + "/lexicon/propose");
  await page.getByRole("button", {name: "Propose"}).click();
  await check(visit, "entry-propose-problem");
  await page.getByLabel("Phrases, one a line").fill("moor lane");
  await page.getByLabel("What it is about").fill("Names the lane, for a test.");
  await page.getByLabel("Category").selectOption("abuse");
  await page.getByLabel("Sentences it must find, one a line").fill("something about moor lane");
  await page.getByLabel("Sentences it must leave alone, one a line").fill("more lanes than that");
  await page.getByLabel("Its name").fill("abuse.moor-lane");
  await page.getByRole("button", {name: "Propose"}).click();
  await page.waitForURL("**/lexicon/entries/abuse.moor-lane");
  await check(visit, "entry-draft");
  await page.getByRole("button", {name: "Back-test it on kept posts"}).click();
  await page.getByText(/kept posts were judged/).waitFor({timeout: 60000});
  await check(visit, "entry-back-tested");
  for (const [button, status] of [["Run it in shadow", "shadow"], ["Publish it", "live"], ["Retire it", "retired"]]) {
    await page.getByLabel("Why", {exact: true}).fill("a test");
    await page.getByRole("button", {name: button}).click();
    await page.locator(".govuk-tag", {hasText: status}).first().waitFor({timeout: 60000});
    await check(visit, `entry-${status}`);
  }
  await visit.context.close();
});

// The same for a rule, and its mistakes at their fields.
await test("a rule is proposed by somebody who knows no code, back-tested and run in shadow", async () => {
  for (const width of [360, 1280]) {
    const visit = await open({width, js: width === 1280});
    const {page} = visit;
    page.setDefaultTimeout(240000);
    await signIn(visit);
    await page.goto(server.url + "/lexicon");
    await page.getByRole("button", {name: "Propose a rule"}).click();
    await page.getByRole("button", {name: "Propose"}).click();
    await check(visit, "rule-propose-problem");
    await page.getByLabel("First part", {exact: true}).fill("[person.staf]\nthe lollipop lady");
    await page.getByLabel("Second part", {exact: true}).fill("is a wet lettuce");
    await page.getByLabel("What it is about").fill("Calls somebody of the school a lettuce, for a test.");
    await page.getByLabel("Category").selectOption("abuse");
    await page.getByLabel("Sentences it must find, one a line").fill("The lollipop lady is a wet lettuce");
    await page.getByLabel("Sentences it must leave alone, one a line").fill("A wet lettuce is a wet lettuce");
    await page.getByLabel("Word group 1").fill("negator");
    await page.getByLabel("Where group 1 stands").selectOption("before:4");
    await page.getByLabel("Its name").fill(`abuse.lettuce-${width}`);
    await page.getByRole("button", {name: "Propose"}).click();
    await page.locator("#part1-error").getByText("did you mean").waitFor();
    await check(visit, "rule-propose-no-group");
    await page.getByLabel("First part", {exact: true}).fill("[person.staff]\nthe lollipop lady");
    await page.getByLabel("Sentences it must find, one a line").fill("The lollipop lady is made of lettuce");
    await page.getByRole("button", {name: "Propose"}).click();
    await page.locator("#matches-error").getByText("It should match").waitFor();
    await check(visit, "rule-propose-example");
    await page.getByLabel("Sentences it must find, one a line").fill("The lollipop lady is a wet lettuce\nThe head teacher is a wet lettuce");
    await page.getByRole("button", {name: "Propose"}).click();
    await page.waitForURL(`**/lexicon/entries/abuse.lettuce-${width}`);
    await check(visit, "rule-draft");
    await page.getByRole("button", {name: "Back-test it on kept posts"}).click();
    await page.getByText(/kept posts were judged/).waitFor({timeout: 60000});
    await page.getByLabel("Why", {exact: true}).fill("a test");
    await page.getByRole("button", {name: "Run it in shadow"}).click();
    await page.locator(".govuk-tag", {hasText: "shadow"}).first().waitFor({timeout: 60000});
    await page.goto(server.url + `/lexicon/propose/rule?from=abuse.lettuce-${width}`);
    assert.match(await page.getByLabel("First part", {exact: true}).inputValue(), /^\[person\.staff\]\nthe lollipop lady/);
    await visit.context.close();
  }
});

await test("an access request: searched, exported, noted", async () => {
  for (const width of [360, 1280]) {
    const visit = await open({width});
    const {page} = visit;
    await signIn(visit);
    await page.goto(server.url + "/access-requests");
    await page.getByRole("button", {name: "Search"}).click();
    await check(visit, "access-request-problem");
    await page.getByLabel("Erasure").check();
    await page.getByLabel("Names and handles").fill("Oakmoor School");
    await page.getByLabel("Your reference").fill("DP/1");
    await page.getByLabel("Why you search").fill("a test");
    await page.getByLabel("I have made sure").check();
    await page.getByRole("button", {name: "Search"}).click();
    await page.getByText(/posts found/).first().waitFor();
    await check(visit, "access-found");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", {name: "All of it as JSON"}).click()]);
    const exported = JSON.parse(fs.readFileSync(await download.path(), "utf8"));
    assert.ok(exported.posts.length > 3);
    await visit.context.close();
  }
});

await test("the text of a letter: previewed, refused without what it needs, saved, had back", async () => {
  const visit = await open({width: 360, js: false});
  const {page} = visit;
  await signIn(visit);
  await page.goto(server.url + "/letters/meeting");
  const field = page.getByLabel("The text");
  const before = await field.inputValue();
  await field.fill("Nothing of what it needs");
  await page.getByRole("button", {name: "Save"}).click();
  await check(visit, "letter-edit-problem");
  await field.fill(before.replace("Dear", "Good morning,"));
  await page.getByRole("button", {name: "Preview"}).click();
  await page.getByText("What it becomes").waitFor();
  await check(visit, "letter-preview");
  await page.getByRole("button", {name: "Save"}).click();
  await page.waitForURL("**/letters?*");
  await check(visit, "letters-changed");
  await page.goto(server.url + "/letters/meeting");
  await check(visit, "letter-versions");
  await page.getByRole("button", {name: "Go back to the text from before"}).click();
  await page.goto(server.url + "/letters/meeting");
  assert.equal((await page.getByLabel("The text").inputValue()).trim(), before.trim());
  await visit.context.close();
});

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
  assert.ok(all.length > 40 && all.some((name) => name.endsWith("report.html")), `${all.length} pages`);
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
console.log(`${checks - failed} of ${checks} passed; screenshots in ${shots}`);
process.exit(failed ? 1 : 0);
