// The six kinds of breach a school's code of conduct knows, and the protected characteristics.
//
// Numbers are stored; names are printed.  Append only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

enum class Category : std::uint8_t {
  kThreat = 1,          // violence, or non-violent meant to intimidate
  kDiscrimination = 2,  // by protected characteristic
  kAbuse = 3,           // insulting, humiliating, swearing at someone
  kDefamation = 4,      // "may be defamatory: needs a person's judgement"
  kBullying = 5,        // a pupil or parent humiliated
  kIncitement = 6,      // pile-on, doxxing, turning up at a home
};

inline constexpr std::array kCategories = {Category::kThreat,     Category::kDiscrimination, Category::kAbuse,
                                           Category::kDefamation, Category::kBullying,       Category::kIncitement};

// "threat", "discrimination", "abuse", "defamation", "bullying", "incitement".
std::string_view ToString(Category category);
std::optional<Category> ParseCategory(std::string_view name);

// Equality Act 2010 section 4, less marriage and pregnancy, which no abuse we have seen is about; hate
// strands map onto these.
enum class Characteristic : std::uint8_t {
  kRace = 1,
  kReligion = 2,
  kSex = 3,
  kSexualOrientation = 4,
  kGenderReassignment = 5,
  kDisability = 6,
  kAge = 7,
};

inline constexpr std::array kCharacteristics = {
    Characteristic::kRace,       Characteristic::kReligion, Characteristic::kSex, Characteristic::kSexualOrientation,
    Characteristic::kGenderReassignment, Characteristic::kDisability, Characteristic::kAge};

// "race", "religion", "sex", "sexual_orientation", "gender_reassignment", "disability", "age".
std::string_view ToString(Characteristic characteristic);
std::optional<Characteristic> ParseCharacteristic(std::string_view name);

// "threat, abuse".
std::string CategoryList(const std::vector<Category>& categories);

}  // namespace heed
