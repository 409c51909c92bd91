// Programs of their own that read a stranger's pictures and PDFs: tesseract and pdftotext.
//
// What decodes pictures and PDFs is large and written in C, and the bytes come from whoever means the school ill; so it
// runs as a child process with limits on time, memory and files, and a crash of it is a message and nothing more.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/tip/tip.h"
#include "src/base/result.h"

namespace heed {

struct OutsideLimits {
  std::chrono::milliseconds time{60'000};     // of the clock, and as much of the processor
  std::uint64_t memory = 1'500ull << 20;      // bytes of address space
  std::uint64_t output = 8ull << 20;          // bytes of standard output
};

// Runs a program with `input` on its standard input and returns its standard output.  Nothing is inherited but LANG and PATH, no
// file may grow.
//   kUnsupported  it is not installed;  kUnavailable  it took too long;  kTooLarge  it said too much;
//   kMalformed    it could not read the input (what it said about it is in the message), or crashed over it
Result<std::string> RunOutside(const std::vector<std::string>& command, std::string_view input, const OutsideLimits& limits = {});

// Tesseract's table of words (its TSV output) as lines of text, and the mean confidence of the words by their length.
PictureWords ReadTesseractTable(std::string_view table);

// Both, with English read from pictures.
TipTools OutsideTools();

}  // namespace heed
