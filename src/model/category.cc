#include "src/model/category.h"

namespace heed {
namespace {

template <typename Enum, std::size_t N>
std::optional<Enum> Parse(const std::array<Enum, N>& all, std::string_view name) {
  for (const Enum value : all)
    if (ToString(value) == name) return value;
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Category category) {
  switch (category) {
    case Category::kThreat: return "threat";
    case Category::kDiscrimination: return "discrimination";
    case Category::kAbuse: return "abuse";
    case Category::kDefamation: return "defamation";
    case Category::kBullying: return "bullying";
    case Category::kIncitement: return "incitement";
  }
  return "unknown";
}

std::optional<Category> ParseCategory(std::string_view name) { return Parse(kCategories, name); }

std::string_view ToString(Characteristic characteristic) {
  switch (characteristic) {
    case Characteristic::kRace: return "race";
    case Characteristic::kReligion: return "religion";
    case Characteristic::kSex: return "sex";
    case Characteristic::kSexualOrientation: return "sexual_orientation";
    case Characteristic::kGenderReassignment: return "gender_reassignment";
    case Characteristic::kDisability: return "disability";
    case Characteristic::kAge: return "age";
  }
  return "unknown";
}

std::optional<Characteristic> ParseCharacteristic(std::string_view name) { return Parse(kCharacteristics, name); }

std::string CategoryList(const std::vector<Category>& categories) {
  std::string out;
  for (const auto category : categories) out += (out.empty() ? "" : ", ") + std::string(ToString(category));
  return out;
}

}  // namespace heed
