// An installation of heed to try: the demo school, a second school whose posts are hostile, people of several roles; served on a free port.
import {spawn, spawnSync} from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const heed = process.env.HEED, source = process.env.HEED_SOURCE;

// Posts that try to get out of the page.
export const hostile = [
  `<script>window.pwned=1</script><img src=x onerror="window.pwned=1">`,
  `"><svg/onload=window.pwned=1> ' onmouseover='window.pwned=1`,
  `{{{csrf}}} {{content}} {{#nav}}x{{/nav}} {{=<% %>=}}`,
  `\u202Eevil\u202C \u2066isolate\u2069 \u200B\u200Bzero\u2060width \u0007bell \u001b[31mred`,
  `javascript:alert(1) http://evil.example/?a=b&c=<d> https://раypal.example/`,
  "Z" + "\u0301".repeat(500) + "algo",
  `</main></body></html><h1>gone</h1><!-- <![CDATA[ ]]> `,
  `data:text/html,<script>window.pwned=1</script> \ud83d\ude00 \u{E0041}tag`,
  "wwww".repeat(5000),
];

// One post that others copy within hours, and an answer below the first: a burst.
export const copied = 8;
function copies() {
  const began = Date.now() - 5 * 3600e3;
  const at = (minutes) => new Date(began + minutes * 60e3).toISOString().replace(/\.\d+Z/, "Z");
  const words = "Oakmoor School is a disgrace, the head is a useless liar and every teacher in that place is a waste of space, copy and share this";
  const fronts = ["", "So true. ", "This! ", "Shared from a friend: ", "", "Had to post it too. ", "Agreed. "];
  const lines = fronts.map((front, i) => ({id: `c${i}`, text: front + words, created_at: at(20 * i), author: {handle: `neighbour${i}`}, url: `https://social.example/c${i}`}));
  lines.push({id: "c-answer", text: "Oakmoor School should sack that useless liar of a head", created_at: at(45), author: {handle: "someone"}, url: "https://social.example/c-answer", in_reply_to: "file:c0", thread_root: "file:c0"});
  return lines.map((line) => JSON.stringify({platform: "social", global_id: `file:${line.id}`, ...line})).join("\n") + "\n";
}

// A port nobody has at this moment.
const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const {port} = server.address();
    server.close(() => resolve(port));
  });
});

// `service`: where people sign in with their school accounts (sign-in-service.mjs).
export async function install(service) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "heed-browser-"));
  const demo = path.join(source, "deploy/demo");
  let config = fs.readFileSync(path.join(demo, "heed.toml"), "utf8").replace(/^lexicons\s*=.*$/m, "");
  // A copy: editors change it.
  fs.cpSync(path.resolve(source, "lexicons"), path.join(folder, "lexicons"), {recursive: true});
  config = `lexicons = ${JSON.stringify(path.join(folder, "lexicons"))}\n` + config;
  fs.cpSync(path.join(demo, "posts"), path.join(folder, "posts"), {recursive: true});
  config += `\n[console]\nport = 8420\norganisation = "Vale Trust"\n\n[console.oidc]\nissuer = "${service.issuer}"\nclient_id = "${service.client}"\nclient_secret_file = "oidc-secret"\n\n[[school]]\nid = "ashford"\nname = "Ashford Grange School"\nplaces = ["Ashford"]\n
[[source]]\nid = "hostile"\nschool = "ashford"\nconnector = "file"\npath = "posts/hostile.jsonl"\n
[[source]]\nid = "copied"\nschool = "oakmoor"\nconnector = "file"\npath = "posts/copied.jsonl"\n`;
  fs.writeFileSync(path.join(folder, "oidc-secret"), service.secret + "\n", {mode: 0o600});
  fs.writeFileSync(path.join(folder, "posts/copied.jsonl"), copies());
  const lines = hostile.map((text, i) => JSON.stringify({
    id: `h${i}`, text: `Ashford Grange School, I will kill you all, you scum. ${text}`,
    author: {handle: `<b>h${i}</b>\u202E`, name: `"><script>window.pwned=1</script>`}, url: i % 2 ? `javascript:window.pwned=1` : `https://evil.example/<script>?x="y"`,
  }));
  fs.writeFileSync(path.join(folder, "posts/hostile.jsonl"), lines.join("\n") + "\n");
  fs.writeFileSync(path.join(folder, "heed.toml"), config);
  const at = ["--config", path.join(folder, "heed.toml"), "--data", path.join(folder, "data")];
  const run = (...words) => {
    const ran = spawnSync(heed, [...words, ...at], {encoding: "utf8"});
    if (ran.status > 1 || ran.status === null) throw new Error(`heed ${words.join(" ")}: ${ran.status}\n${ran.stderr}`);
    return ran.stdout;
  };
  run("scan", "-q");
  const roles = ["triage", "head", "lexicon-editor", "administrator", "auditor"].flatMap((role) => ["--role", role]);
  run("people", "add", "Amina Khan", "--id", "amina", ...roles);
  run("people", "add", "Ben Ode", "--id", "ben", "--role", "triage", "--school", "oakmoor", "--mail", "ben@oakmoor.example");
  return {folder, run, at};
}

// Resolves once the console answers.  The port is chosen now: others that run beside this may have taken the first one.
export async function serve(installation) {
  const file = path.join(installation.folder, "heed.toml");
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/^port = .*$/m, `port = ${await freePort()}`));
  const child = spawn(heed, ["serve", "--link", "amina", ...installation.at], {stdio: ["ignore", "pipe", "pipe"]});
  let out = "", err = "";
  child.stderr.on("data", (data) => (err += data));
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ?? code)));
  const link = await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      out += data;
      const found = out.match(/(http:\/\/127\.0\.0\.1:\d+)(\/link\/\S+)/);
      if (found) resolve(found);
    });
    ended.then((code) => reject(new Error(`heed serve ended with ${code}\n${err}`)));
  });
  return {
    url: link[1], link: link[0], pid: child.pid, errors: () => err,
    newLink: (id) => JSON.parse(installation.run("people", "link", id, "--json")).link,
    stop: () => (child.kill("SIGTERM"), ended),
  };
}
