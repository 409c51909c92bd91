// One list of fields serves writing and reading, so the two cannot disagree.
#include "pipeline/image.h"

#include <array>
#include <cstring>
#include <type_traits>

#include "src/base/check.h"

namespace heed {
namespace {

// Structs that are written field by field.
template <typename Io>
void Visit(Io& io, EntryFacts& e) {
  io(e.id), io(e.why), io(e.category), io(e.severity), io(e.weight), io(e.status), io(e.characteristic);
}
class Writer {
 public:
  template <typename T>
  void operator()(T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) Raw(&value, sizeof value);
    else Visit(*this, value);
  }
  void operator()(std::string& text) { Size(text.size()), Raw(text.data(), text.size()); }
  template <typename T>
  void operator()(std::vector<T>& items) {
    Size(items.size());
    if constexpr (std::is_trivially_copyable_v<T>) Raw(items.data(), items.size() * sizeof(T));
    else for (T& item : items) (*this)(item);
  }
  std::string out;

 private:
  void Size(std::uint64_t size) { Raw(&size, sizeof size); }
  void Raw(const void* bytes, std::size_t size) {
    if (size > 0) out.append(static_cast<const char*>(bytes), size);
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  void operator()(T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) Raw(&value, sizeof value);
    else Visit(*this, value);
  }
  void operator()(std::string& text) {
    text.resize(Size(1));
    Raw(text.data(), text.size());
  }
  template <typename T>
  void operator()(std::vector<T>& items) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      items.resize(Size(sizeof(T)));
      Raw(items.data(), items.size() * sizeof(T));
    } else {
      items.resize(Size(1));
      for (T& item : items) (*this)(item);
    }
  }
  bool done() const { return whole_ && rest_.empty(); }
  bool whole() const { return whole_; }

 private:
  // A number of items of at least so many bytes each, which must still be there.
  std::size_t Size(std::size_t item) {
    std::uint64_t size = 0;
    Raw(&size, sizeof size);
    if (size > rest_.size() / item) whole_ = false;
    return whole_ ? static_cast<std::size_t>(size) : 0;
  }
  void Raw(void* to, std::size_t size) {
    if (size > rest_.size()) whole_ = false;
    if (!whole_ || size == 0) return;
    std::memcpy(to, rest_.data(), size);
    rest_.remove_prefix(size);
  }
  std::string_view rest_;
  bool whole_ = true;
};

}  // namespace

// Sees into the classes a program is made of.
struct ProgramImage {
  template <typename Io>
  static void Fields(Io& io, Program& p) {
    io(p.entries), io(p.concepts), io(p.characterised), io(p.pronoun), io(p.opening), io(p.closing), io(p.exceptions), io(p.manners);
    io(p.literal_count), io(p.sense_of_pattern), io(p.phrases), io(p.pairs.bits_);
    io(p.senses.items_), io(p.senses.meanings_),
    io(p.gates), io(p.first_gate), io(p.topics), io(p.orders.first_), io(p.orders.items_), io(p.conditions), io(p.rules);
    io(p.wording.weights_), io(p.wording.first_concept_), io(p.wording.from_), io(p.wording.sure_), io(p.wording.below_), io(p.wording.calm_), io(p.wording.elsewhere_), io(p.wording.insists_), io(p.wording.all_), io(p.weighed_concepts), io(p.elsewhere_adds);
  }
  static void Write(Writer& io, const Program& program) {
    Program& p = const_cast<Program&>(program);  // the one list of fields is for both ways; writing changes nothing
    Fields(io, p);
    for (const WordTable* table : {&p.words, &p.twos, &p.steps, &p.vocabulary.words_, &p.wording.words_, &p.wording.pairs_}) io(const_cast<std::vector<WordTable::Slot>&>(table->slots()));
    for (auto* shapes : {&p.vocabulary.usual_, &p.vocabulary.alone_}) {
      std::vector<std::string> words;
      for (const auto& [shape, bucket] : *shapes) words.insert(words.end(), bucket.begin(), bucket.end());
      io(words);
    }
  }
  static bool Read(Reader& io, Program& p) {
    Fields(io, p);
    if (!p.pairs.whole()) return false;
    for (WordTable* table : {&p.words, &p.twos, &p.steps, &p.vocabulary.words_, &p.wording.words_, &p.wording.pairs_}) {
      std::vector<WordTable::Slot> slots;
      io(slots);
      if (!io.whole() || !table->Restore(std::move(slots))) return false;
    }
    for (auto* shapes : {&p.vocabulary.usual_, &p.vocabulary.alone_}) {
      std::vector<std::string> words;
      io(words);
      for (std::string& word : words) {
        if (word.empty()) return false;
        (*shapes)[{word.front(), word.size()}].push_back(std::move(word));
      }
    }
    return io.done();
  }
};

std::string WriteImage(const Program& program) {
  Writer io;
  ProgramImage::Write(io, program);
  return std::move(io.out);
}

bool ReadImage(std::string_view bytes, Program& out) {
  Reader io(bytes);
  return ProgramImage::Read(io, out);
}

std::uint64_t Checksum(std::string_view bytes) {
  // Four at a time, so that no multiplication waits for the one before.
  constexpr std::size_t kStep = 1u << 16;
  std::array<std::uint64_t, 4> lanes{};
  std::uint64_t total = WordTable::Hash("heed");
  while (!bytes.empty()) {
    const std::string_view step = bytes.substr(0, kStep);
    const std::size_t quarter = step.size() / 4;
    for (std::size_t i = 0; i < 4; ++i) lanes[i] = WordTable::Hash(i < 3 ? step.substr(i * quarter, quarter) : step.substr(3 * quarter));
    total = WordTable::Hash({reinterpret_cast<const char*>(lanes.data()), sizeof lanes}) ^ (total * 0x9E3779B97F4A7C15ull);
    bytes.remove_prefix(step.size());
  }
  return total;
}

}  // namespace heed
