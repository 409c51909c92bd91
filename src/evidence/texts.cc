#include "src/evidence/texts.h"

namespace heed {

std::string PackReadme(std::string_view id, std::string_view fingerprint) {
  std::string out = "Evidence pack ";
  out += id;
  out += R"(

Begin with data/report.html (or data/report.pdf). This folder is a BagIt 1.0 bag (RFC 8493).

How to check it with common tools, in this folder
-------------------------------------------------
1. Nothing was changed, removed or added since the pack was made:

     sha256sum -c manifest-sha256.txt
     sha512sum -c manifest-sha512.txt
     sha256sum -c tagmanifest-sha256.txt
     sha512sum -c tagmanifest-sha512.txt

   Every file must say OK, and every file under data/ must be named in both manifests.

2. It was signed with the key of the installation that made it:

     openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha512.txt -sigfile signature/tagmanifest-sha512.sig
     openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha256.txt -sigfile signature/tagmanifest-sha256.sig
     openssl pkey -pubin -in signature/public-key.pem -outform DER | sha256sum

   The last one prints the key's fingerprint. Ask the school for it by another way (telephone) and compare:
     )";
  out += fingerprint;
  out += R"(

3. It existed at a certain time, by the clock of an independent authority. For each file timestamps/N.tsr:

     openssl ts -reply -in timestamps/1.tsr -text
     openssl ts -verify -data manifest-sha512.txt -in timestamps/1.tsr -CAfile AUTHORITY.pem

   AUTHORITY.pem holds the authority's root certificate, from the authority. timestamps/status.txt says whether there are
   any; without one, only the school's own clock says when the pack was made.

4. The custody chain (data/chain/events.jsonl): every event's hash covers the hash of the event before it.

python3 - <<'END'
import hashlib, json
last = None
for line in open("data/chain/events.jsonl", encoding="utf-8"):
    event = json.loads(line)
    assert last is None or event["sequence"] == last["sequence"] + 1, event["sequence"]
    if "canonical" in event:
        assert last is None or event["previous"] == last["hash"], event["sequence"]
        whole = bytes.fromhex(event["previous"]) + event["canonical"].encode("utf-8")
        assert hashlib.sha256(whole).hexdigest() == event["hash"], event["sequence"]
    if "details" in event:
        whole = bytes.fromhex(event["salt"]) + event["details"].encode("utf-8")
        assert hashlib.sha256(whole).hexdigest() == json.loads(event["canonical"])["details_sha256"], event["sequence"]
    last = event
print("the chain holds, up to event", last["sequence"], last["hash"])
END

   A file data/chain/anchors/SEQUENCE-N.tsr is an authority's time stamp of the hash of that event:

     openssl ts -verify -digest HASH -in data/chain/anchors/SEQUENCE-N.tsr -CAfile AUTHORITY.pem

5. Captures (data/items/CASE/captures/*.warc) are WARC 1.1 (ISO 28500): any web archive reader opens them.

All of this in one step, where heed is installed: heed verify FILE
)";
  return out;
}

std::string WhatThisProves(bool working) {
  std::string out;
  if (working)
    out +=
        "THIS IS A WORKING COPY. Names and addresses were masked by a program that finds them by their form and from a list; it does not understand a text and misses some. "
        "A person must read it before it is passed on. It is not the evidence: the whole of it is in an evidentiary pack.\n\n";
  out += R"(What it proves
- That the files in this pack are the ones its maker signed: the manifests and the signature show any change since, however small.
- Where there is a time stamp of an authority: that exactly these files existed at that time. The authority has seen a digest, never the content.
- That the events in the custody chain follow each other as written: an event that was changed, removed, added or moved since it was written breaks the chain. Where a hash of the chain was time-stamped, everything before it was written before that time.
- That heed read these words, from the addresses given, at the times given by this installation's clock, and what staff did with them afterwards, under the names they were signed in with.

What it does not prove
- Who wrote a post. The author's name and handle are what the platform showed; accounts are shared, stolen and faked.
- That a post is true or false, or unlawful. A category such as "defamation" means: may be, and needs a person's judgement.
- That the page people saw looked like this. Unless a capture made by a person in a browser is among the files, the words come from the platform's interface for programs or from a feed. What surrounded them (replies, pictures, counts) may be missing.
- What was never read. heed reads some platforms, at intervals; a post that was gone before it was read is not here, and nothing follows from its absence.
- When a post was written. The platform's time is the platform's, on some platforms the author's own claim.
- That the clock of this installation was right, beyond what a time stamp or a capture's note about its clock says. heed verify names where events are told in another order of time than they were written, or at times an authority's stamp contradicts. Where heed saw the clock of its computer being set, the custody chain has an event of it (clock-set) and the cover says so; which of both times was right, it does not know.
- That the school's installation was not tampered with before the first time stamp or before these words were read. Whoever holds the signing key and the data can make a consistent set of files of anything up to then.
- That the certificate of a time-stamp authority deserves trust. That is for the reader to decide.

How to use it
- A person who saw the post should say so in a statement of their own and exhibit this pack. data/items/CASE/item.json and the page of each item say how it was captured.
- Keep the file as it came. Check it with the steps in README.txt, or with heed verify.
)";
  return out;
}

const std::vector<std::pair<std::string, std::string>>& Glossary() {
  static const std::vector<std::pair<std::string, std::string>> kWords = {
      {"BagIt", "A standard (RFC 8493) for a folder with lists of digests, used by archives and libraries."},
      {"capture", "What was recorded when a post was read or when a person saw it: the exchange with the platform, a picture, a saved page."},
      {"case", "One public post that was put before a person, and everything that was done about it."},
      {"category, severity", "What heed's rules take the words for, from 1 (unkind) to 4 (grave). A sorting aid for staff, not a finding."},
      {"custody chain", "A list of everything that happened to the cases, in which every entry carries a digest of the one before."},
      {"digest, hash, SHA-256, SHA-512", "A short number computed from a file. Any change to the file gives another number, and nobody knows how to make two files with the same one."},
      {"Ed25519 signature", "Proof that whoever holds a secret key agreed to exactly these bytes; checked with the public key."},
      {"fingerprint", "The digest of a public key, short enough to be compared by telephone."},
      {"masked", "Taken out of a working copy and replaced by a word in square brackets."},
      {"RFC 3161 time stamp", "A statement signed by an independent authority that a digest existed at a certain time."},
      {"UTC", "Coordinated universal time: in winter what clocks in the United Kingdom show, in summer one hour less."},
      {"version", "The words of a post as they stood at one time; an edit makes a new one, and the earlier ones are kept."},
      {"WARC", "A standard (ISO 28500) for records of exchanges with web servers."},
  };
  return kWords;
}

}  // namespace heed
