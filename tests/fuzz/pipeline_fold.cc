// Fuzzes folding and squeezing: any bytes, both ways of folding alike, every word on its own bytes.
#include <cstdlib>

#include "pipeline/fold.h"
#include "pipeline/squeeze.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace heed;
  static const Vocabulary vocabulary = [] {
    Vocabulary made;
    for (const char* word : {"kill", "stupid", "idiot", "you", "yourself"}) made.Add(word, Vocabulary::Mask::kAlone);
    return made;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto require = [](bool condition) {
    if (!condition) std::abort();
  };
  const auto check = [&](const Folded& folded) {
    require(IsUtf8(folded.text) && folded.text.front() == ' ' && folded.text.back() == ' ');
    std::size_t at = 1;
    std::uint32_t earlier = 0;
    for (const Word& word : folded.words) {
      require(word.at == at && word.begin < word.end && word.end <= size && earlier <= word.begin);
      at += word.size + 1u;
      earlier = word.begin;
    }
    require(at == folded.text.size());
  };
  const Folded folded = Fold(text);
  check(folded);
  FoldBuffer buffer;
  require(buffer.Add(text) == folded.odd && buffer.text() == folded.text);
  Folded squeezed;
  if (Squeeze(text, folded, vocabulary, squeezed)) check(squeezed);
  return 0;
}
