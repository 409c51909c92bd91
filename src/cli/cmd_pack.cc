// `heed pack`, `heed stamp`, `heed open` and `heed export`: evidence, and everything, out of the house.
#include <pwd.h>
#include <unistd.h>

#include <cstdio>

#include "src/app/export.h"
#include "src/app/packs.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"

namespace heed {
namespace {

std::string SizeInWords(std::uint64_t bytes) {
  if (bytes < 10'000) return std::to_string(bytes) + " bytes";
  if (bytes < 10'000'000) return std::to_string(bytes / 1000) + " kB";
  return std::to_string(bytes / 1'000'000) + " MB";
}

}  // namespace

std::string WhoAmI(const Arguments& arguments) {
  if (!arguments.as.empty()) return arguments.as;
  const passwd* who = ::getpwuid(::geteuid());
  return who && who->pw_name ? who->pw_name : "unknown";
}

int RunPack(const Arguments& arguments) {
  const auto usage = [](const std::string& what) {
    std::fprintf(stderr, "heed: %s\n", what.c_str());
    return kExitUsage;
  };
  if (arguments.working && arguments.evidence) return usage("--working and --evidence exclude each other");
  if (arguments.seal_for.empty() != arguments.passphrase_file.empty()) return usage("--seal-for NAME and --passphrase-file FILE go together");
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  PackOrder order;
  order.cases = arguments.cases;
  order.output = arguments.output;
  order.kind = arguments.working || (arguments.redact && !arguments.evidence) ? PackKind::kWorking : PackKind::kEvidence;
  if (arguments.redact && arguments.evidence) return usage("--redact makes a masked working copy; it does not go with --evidence");
  order.names_to_mask = arguments.mask;
  if (!arguments.mask_file.empty()) {
    auto names = ReadFile(arguments.mask_file, 1 << 20);
    if (!names) return Complain(names.error());
    for (const auto line : Split(*names, '\n'))
      if (!Trim(line).empty()) order.names_to_mask.emplace_back(Trim(line));
  }
  if (!order.names_to_mask.empty() && order.kind == PackKind::kEvidence) return usage("--mask and --mask-file go with --working");
  order.pdf = arguments.pdf ? PackRequest::Pdf::kAlways : arguments.no_pdf ? PackRequest::Pdf::kNever : PackRequest::Pdf::kIfShort;
  order.purpose = arguments.purpose;
  order.actor = WhoAmI(arguments);
  order.stamp = !arguments.no_stamp;
  if (!arguments.seal_for.empty()) {
    order.recipient = arguments.seal_for;
    auto passphrase = PassphraseFrom(arguments.passphrase_file);
    if (!passphrase) return Complain(passphrase.error());
    order.passphrase = *std::move(passphrase);
  }
  const bool tell = !arguments.quiet && !arguments.json && ::isatty(STDERR_FILENO);
  const auto made = MakePackOf(*config, DataFolder(arguments.locations, *config), order, SystemClock{}, [&](std::size_t done, std::size_t all) {
    if (tell && all > 20 && (done % 20 == 0 || done == all)) std::fprintf(stderr, "\r%zu of %zu items%s", done, all, done == all ? "\n" : "");
  });
  if (!made) return Complain(made.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("pack", made->id).Field("file", order.output).Field("kind", ToString(order.kind)).Field("items", made->items).Field("files", made->files).Field("bytes", made->bytes);
    out.Field("manifest_sha512", made->manifest).Field("key_fingerprint", made->fingerprint).Field("time_stamps", static_cast<std::uint64_t>(made->stamps)).Field("sealed_for", order.recipient);
    out.Key("notes").Array();
    for (const auto& note : made->notes) out.String(note);
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  std::string out = "Pack " + made->id + ": " + std::to_string(made->items) + (made->items == 1 ? " item, " : " items, ") + std::to_string(made->files) + " files, " + SizeInWords(made->bytes) +
                    ", in " + order.output + "\n";
  out += order.kind == PackKind::kWorking ? "A working copy: masked as far as a program can. Read it before you pass it on.\n" : "Unmasked: it is for the person it was made for only.\n";
  if (!order.recipient.empty()) out += "Sealed for " + ForTerminal(order.recipient) + ": give the passphrase by another way (telephone). `heed open` opens it.\n";
  out += "Signed with the key " + made->fingerprint + "\n";
  if (made->stamps > 0) out += std::to_string(made->stamps) + (made->stamps == 1 ? " time stamp" : " time stamps") + " by independent authorities\n";
  for (const auto& note : made->notes) out += "Note: " + note + "\n";
  Print(out);
  return kExitDone;
}

int RunStamp(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  std::string passphrase;
  if (!arguments.passphrase_file.empty()) {
    auto read = PassphraseFrom(arguments.passphrase_file);
    if (!read) return Complain(read.error());
    passphrase = *std::move(read);
  }
  const auto stamped = StampPack(*config, DataFolder(arguments.locations, *config), arguments.words.at(0), arguments.output, passphrase);
  if (!stamped) return Complain(stamped.error());
  Print(std::to_string(stamped->added) + (stamped->added == 1 ? " time stamp" : " time stamps") + " added, in " + arguments.output + "; its content is the same, its signature was made anew. `heed verify` checks it.\n");
  return kExitDone;
}

int RunExport(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const bool tell = !arguments.quiet && !arguments.json && ::isatty(STDERR_FILENO);
  const auto made = ExportOf(*config, DataFolder(arguments.locations, *config), {arguments.output, WhoAmI(arguments)}, SystemClock{}, [&](std::uint64_t posts) {
    if (tell) std::fprintf(stderr, "\r%llu posts", static_cast<unsigned long long>(posts));
  });
  if (!made) return Complain(made.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("folder", arguments.output).Field("posts", made->posts).Field("cases", made->cases).Field("events", made->events).Field("files", made->files).Key("notes").Array();
    for (const auto& note : made->notes) out.String(note);
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  std::string out = std::string(tell ? "\r" : "") + "Taken out to " + arguments.output + ": " + std::to_string(made->posts) + " posts, " + std::to_string(made->cases) + " cases, " + std::to_string(made->events) +
                    " events, in " + std::to_string(made->files) + " files. README.txt there says what each is.\nIt names people and is not encrypted: keep it as safe as heed's own data.\n";
  for (const auto& note : made->notes) out += "Note: " + note + "\n";
  Print(out);
  return kExitDone;
}

int RunOpen(const Arguments& arguments) {
  const auto recipient = OpenPack(arguments.words.at(0), arguments.output, arguments.passphrase_file);
  if (!recipient) return Complain(recipient.error());
  Print("Opened to " + arguments.output + "; it was sealed for " + ForTerminal(*recipient) + ". `heed verify` checks it.\n");
  return kExitDone;
}

}  // namespace heed
