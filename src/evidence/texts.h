// The pages of a pack that are the same in every one: how to check it, what it proves, glossary.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

std::string PackReadme(std::string_view id, std::string_view fingerprint);
std::string WhatThisProves(bool working);
const std::vector<std::pair<std::string, std::string>>& Glossary();

}  // namespace heed
