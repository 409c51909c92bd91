// A compiled program as bytes, so that the next start need not compile it again.
//
// An image is for the very program that wrote it, on this machine: numbers lie in it as they lie in memory.  Whoever keeps
// one keeps beside it what it was made of and a checksum (pipeline/judge.cc does); reading checks that it is whole, not that it is meant well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/program.h"

namespace heed {

// Everything but the texts of literals and patterns and their places, which only compiling needs.
std::string WriteImage(const Program& program);
// False when the bytes are not exactly one image; `out` is then unspecified.
bool ReadImage(std::string_view bytes, Program& out);

// Tells accidents apart, not enemies.  As fast as memory is.
std::uint64_t Checksum(std::string_view bytes);

}  // namespace heed
