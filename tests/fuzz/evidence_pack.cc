// A pack, as a stranger may hand one in to be checked: any bytes as a zip file, as a custody chain, as what is recorded of a capture or of the
// clock.  No crash, nothing outside the pack's own folder is named, and what is sealed or stamped by nobody does not hold.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "src/evidence/capture.h"
#include "src/evidence/chain_file.h"
#include "src/evidence/clock.h"
#include "src/evidence/verify.h"
#include "src/evidence/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const int file = ::memfd_create("pack", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  ZipLimits limits;
  (void)WalkZip(path, limits, [](const FoundFile& found, const auto& next) -> Done {
    if (found.name.empty() || found.name.front() == '/' || found.name.find("..") == 0 || found.name.find("/../") != std::string::npos) std::abort();
    for (;;) {
      const auto chunk = next();
      if (!chunk) return Fail(chunk.error());
      if (chunk->empty()) return {};
    }
  });
  VerifyOptions options;
  options.certificates = "/dev/null";
  (void)VerifyPack(path, options);

  // All at once and in two pieces it is the same chain.
  ChainCheck whole, halves;
  whole.Add(bytes);
  halves.Add(bytes.substr(0, size / 2));
  halves.Add(bytes.substr(size / 2));
  if (whole.Finish() != halves.Finish() || whole.head() != halves.head() || whole.times().size() != halves.times().size()) std::abort();
  (void)CheckClock(whole.times(), {});
  if (const auto capture = ReadCapture(bytes); capture && !ReadCapture(WriteCapture(*capture))) std::abort();
  if (const auto step = ReadClockStep(bytes); step && !ReadClockStep(WriteClockStep(*step))) std::abort();
  return 0;
}
