// Every connector heed has: one hand-written list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace heed {

const std::vector<const ConnectorCard*>& Catalogue();          // in the order people should read them
const ConnectorCard* FindConnector(std::string_view name);     // nullptr when there is none
std::string CataloguePage();  // connectors/README.md: Markdown, made from the cards

}  // namespace heed
