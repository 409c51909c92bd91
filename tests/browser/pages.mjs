// Every page there is, before and after signing in, at 360 px and 1280 px, with and without JavaScript; and what strangers' posts do to those that show them.
import assert from "node:assert/strict";
import {hostile} from "./installation.mjs";
import {check, finish, open, server, signIn, test, valid, validate} from "./kit.mjs";

// A checker that finds nothing may be one that looks at nothing.
await test("the checkers see what is wrong", async () => {
  const report = await validate.validateString("<!DOCTYPE html><html lang=\"en\"><head><title>t</title></head><body><p style=\"color:red\"><div>x</p></body></html>");
  assert.ok(report.results[0].messages.length >= 2);
});

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

await finish({least: 40});
