// The pictures of the README: queue, case and decision of the demo school, at the size of a laptop's window.
//
//   tests/browser/screens HEED FOLDER      (FOLDER holds the browser tests' npm packages)
//
// Invented posts only.  Writes deploy/demo/screens/*.png.
import fs from "node:fs";
import path from "node:path";
import {chromium} from "playwright-core";
import {install, serve} from "./installation.mjs";
import {startSignInService} from "./sign-in-service.mjs";

const out = path.join(process.env.HEED_SOURCE, "deploy/demo/screens");
fs.mkdirSync(out, {recursive: true});
const service = await startSignInService();
const installation = await install(service);
const server = await serve(installation);
const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]});
const page = await (await browser.newContext({viewport: {width: 1100, height: 760}})).newPage();
await page.goto(server.url + server.newLink("ben"));
await page.getByRole("button", {name: "Sign in"}).click();
await page.waitForURL(server.url + "/");
const take = async (name, address) => {
  await page.goto(server.url + address);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({path: path.join(out, `${name}.png`)});
  console.log(`${name}.png ${Math.round(fs.statSync(path.join(out, `${name}.png`)).size / 1024)} kB`);
};
await page.goto(server.url + "/queue");
const burst = (await page.locator(".heed-burst a[href^='/queue/bursts/']").first().getAttribute("href")).split("/").pop();
await take("queue", "/queue");
await take("case", `/cases/${burst}`);
await take("decision", `/cases/${burst}/decide`);
await browser.close();
await server.stop();
await service.stop();
fs.rmSync(installation.folder, {recursive: true, force: true});
