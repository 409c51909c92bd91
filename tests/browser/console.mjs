// The console as staff use it: with and without JavaScript, on a phone and on a laptop, with a keyboard only.
//
// Every page is checked by axe-core (WCAG 2.2 AA) and html-validate, must not scroll sideways, must ask for nothing from elsewhere and must
// keep to its own content policy.  Screenshots go to SHOTS.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";
import {HtmlValidate} from "html-validate";
import {hostile, install, serve} from "./installation.mjs";

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
const test = async (name, body) => {
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

const installation = install();
const server = await serve(installation);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A fresh browser that notes everything that should not happen.
async function open({width = 1280, js = true} = {}) {
  const context = await browser.newContext({viewport: {width, height: 800}, javaScriptEnabled: js});
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

async function valid(visit, address) {
  const response = await visit.context.request.get(server.url + address);
  const report = await validate.validateString(await response.text(), address);
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
  ["approvals", "/approvals"], ["lexicon", "/lexicon"], ["try", "/lexicon/try"], ["insights", "/insights"], ["decide", "/cases/2/decide"], ["password", "/password"], ["second-factor", "/second-factor"], ["notice", "/notice"], ["no-such-page", "/nothing"], ["no-such-case", "/cases/99999"],
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
    await page.getByRole("button", {name: "Sign in"}).click();
    await check(visit, "sign-in-problem");
    await page.getByLabel("Password").fill("otter lantern gravel");
    await page.getByRole("button", {name: "Sign in"}).click();
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
      assert.equal(cases.length, hostile.length);
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

await browser.close();
await test("stops at once when told to, with browsers still connected", async () => {
  const before = Date.now();
  assert.equal(await server.stop(), 0, server.errors());
  assert.ok(Date.now() - before < 8000);
});
fs.rmSync(installation.folder, {recursive: true, force: true});
console.log(`${checks - failed} of ${checks} passed; screenshots in ${shots}`);
process.exit(failed ? 1 : 0);
