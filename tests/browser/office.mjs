// What is done around the cases: signing in for the first time and with a school account, tips and packs, words and rules, access requests, letters.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import {check, finish, installation, open, server, service, signIn, test, totp} from "./kit.mjs";

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
    await page.getByRole("link", {name: /^Case \d+$/}).last().click();
    await page.waitForURL("**/cases/*");
    assert.match(await page.textContent("main"), /Handed in\s*by Amina Khan, from a parent of year 8, by mail/);
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

await finish({least: 0});
