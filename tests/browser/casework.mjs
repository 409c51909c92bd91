// What staff and a headteacher do with cases all week: with and without JavaScript, on a phone and on a laptop, with a keyboard only.
import assert from "node:assert/strict";
import {check, finish, installation, open, server, signIn, test, valid} from "./kit.mjs";

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
    await head.page.getByLabel("Or: what should be different").fill("Name the clause.");
    await head.page.getByRole("button", {name: "Send back"}).click();
    await head.page.waitForURL("**/approvals");
    // Changed and proposed again by who wrote it.
    await page.goto(server.url + address + "/responses/1");
    await check(visit, "response-sent-back");
    await page.getByRole("button", {name: "Change it and propose it again"}).click();
    await page.waitForURL(`**${address}/respond/letter?from=1`);
    await check(visit, "propose-again");
    await page.locator("[name=text]").fill("Please take the post down: it goes against clause 2.");
    await page.locator("main form button[type=submit]").first().click();
    await page.waitForURL((url) => !url.pathname.endsWith("/respond/letter"));
    await head.page.goto(server.url + `${address}/responses/2`);
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
    await page.getByRole("link", {name: "Keep as a list"}).click();
    await page.getByLabel("Name for a new list").fill(js ? "Clear breaches" : "Clear breaches, by phone");
    await page.getByRole("button", {name: "Save the list"}).click();
    await page.waitForURL("**/queue?severity=2");
    await check(visit, "queue-with-list");
    assert.match(await page.textContent("nav[aria-label='Lists']"), /Clear breaches.* \(\d+\)/);
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
    // It becomes the school's, and goes again.
    await page.getByText(/^Rename, share or delete/).first().click();
    await check(visit, "views-open");
    await page.getByRole("button", {name: /^Share/}).first().click();
    await page.getByText("stands above the queue of everybody").waitFor();
    await check(visit, "views-shared");
    await page.getByRole("button", {name: /^Remove for everybody/}).first().click();
    await page.getByText("The list is removed for everybody").waitFor();
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

await finish({least: 5});
