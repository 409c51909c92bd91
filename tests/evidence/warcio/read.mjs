// Reads WARC files with npm's warcio, which shares no code with heed, and prints what it found, a JSON object a line:
//   {"file":...,"type":...,"uri":...,"date":...,"status":...,"contentType":...,"bytes":...,"digestHolds":...}
// Status 1 when a file cannot be read to its end, a record's digest is not that of its block, or ids come twice.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import {WARCParser} from "warcio";

let wrong = 0;
const complain = (words) => {
  wrong++;
  console.error(words);
};
for (const file of process.argv.slice(2)) {
  const ids = new Set();
  let records = 0;
  const parser = new WARCParser(fs.createReadStream(file), {parseHttp: false});
  for await (const record of parser) {
    records++;
    const id = record.warcHeader("WARC-Record-ID");
    if (!/^<urn:uuid:[0-9a-f-]{36}>$/.test(id) || ids.has(id)) complain(`${file}: record ${records}: id ${id}`);
    ids.add(id);
    const hash = crypto.createHash("sha256");
    let bytes = 0;
    let start = "";
    for await (const chunk of record) {
      hash.update(chunk);
      bytes += chunk.length;
      if (start.length < 64) start += Buffer.from(chunk).toString("latin1").slice(0, 64);
    }
    const told = record.warcHeader("WARC-Block-Digest");
    const digestHolds = told === `sha256:${hash.digest("hex")}`;
    if (!digestHolds) complain(`${file}: record ${records}: its block is not the one of its digest`);
    if (String(bytes) !== record.warcHeader("Content-Length")) complain(`${file}: record ${records}: ${bytes} bytes, told ${record.warcHeader("Content-Length")}`);
    if (record.warcType === "response" && !/^HTTP\/[0-9.]+ [0-9]{3}/.test(start)) complain(`${file}: record ${records}: no answer of HTTP`);
    console.log(JSON.stringify({file: path.basename(file), type: record.warcType, uri: record.warcTargetURI, date: record.warcDate, contentType: record.warcContentType, bytes, digestHolds}));
  }
  if (records === 0) complain(`${file}: no record could be read`);
}
process.exit(wrong ? 1 : 0);
