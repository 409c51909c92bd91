// The map of who may include whom, held to be true.
//
// Reads every source file of the product and fails on an include that points away from the ground, on an
// outside library met outside its host room, and on a top-level name that is not on the plan.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
const fs::path kRoot = HEED_SOURCE_DIR;

// Rooms and what they may include; a room may always include itself.
const std::map<std::string, std::set<std::string>> kMap = {
    {"src/base", {}},
    {"src/model", {"src/base"}},
    {"src/net", {"src/base"}},
    {"connectors", {"src/base", "src/model", "src/net"}},
    {"pipeline", {"src/base", "src/model"}},
    {"src/store", {"src/base", "src/model"}},
    {"src/casework", {"src/base", "src/model"}},
    {"src/http", {"src/base"}},
    {"src/access", {"src/base", "src/model", "src/store"}},
    {"src/evidence", {"src/base", "src/model", "src/net", "src/store"}},
    {"src/console", {"src/base", "src/model", "src/http", "src/store", "src/access", "src/casework", "pipeline", "src/report"}},
    {"src/report", {"src/base", "src/model", "src/net", "connectors", "src/store", "src/casework"}},
    {"src/app", {"src/base", "src/model", "src/net", "src/http", "connectors", "pipeline", "src/store", "src/access", "src/casework", "src/console", "src/evidence", "src/report"}},
    {"src/cli", {"src/base", "src/model", "src/app"}},
};

// Outside libraries and the files (by prefix) that may name them.
const std::vector<std::pair<std::string, std::vector<std::string>>> kHosts = {
    {"curl/", {"src/net/"}},
    {"rapidjson/", {"src/base/json"}},
    {"hs/", {"pipeline/"}},
    {"hs.h", {"pipeline/"}},
    {"unicode/", {"pipeline/"}},
    {"rocksdb/", {"src/store/"}},
    {"spdlog/", {"src/base/log"}},
    {"sodium", {"src/base/hash", "src/base/secret", "src/base/seal"}},
    {"boost/", {"src/http/", "src/net/websocket"}},
    {"kainjow/", {"src/console/view"}},
    {"qrencode", {"src/access/qr"}},
    {"openssl/", {"src/access/token", "src/evidence/stamp", "src/net/websocket"}},
    {"toml++/", {"src/base/toml"}},
    {"tl/expected", {"src/base/result.h"}},
    {"libxml/", {"connectors/markup/"}},
    {"CLI/", {"src/cli/"}},
    {"archive", {"connectors/tip/zip.cc", "src/evidence/zip.cc"}},
    {"gmime/", {"connectors/tip/mail.cc"}},
};

struct Include {
  std::string from, what;
  bool ours;
};

std::string RoomOf(const std::string& path) {
  for (const auto& [room, may] : kMap)
    if (path.rfind(room + "/", 0) == 0) return room;
  return {};
}

std::vector<Include> AllIncludes() {
  static const std::regex kLine(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> found;
  for (const char* top : {"src", "connectors", "pipeline"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".cc" && extension != ".h") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (line.find("include") != std::string::npos && std::regex_search(line, match, kLine))
          found.push_back({fs::relative(entry.path(), kRoot).string(), match[2], match[1] == "\""});
      }
    }
  }
  return found;
}

TEST(Layout, IncludesPointTowardsTheGround) {
  for (const auto& include : AllIncludes()) {
    if (!include.ours) continue;
    const std::string from = RoomOf(include.from), to = RoomOf(include.what);
    ASSERT_FALSE(from.empty()) << include.from << " lies in no room";
    EXPECT_FALSE(to.empty()) << include.from << " includes \"" << include.what << "\", which is no path from the root";
    if (from == to) continue;
    EXPECT_TRUE(kMap.at(from).count(to)) << include.from << " includes " << include.what;
  }
}

TEST(Layout, ReportsKnowConnectorsByTheirInterfaceAlone) {
  for (const auto& include : AllIncludes()) {
    if (!include.ours || include.from.rfind("src/report/", 0) != 0 || include.what.rfind("connectors/", 0) != 0) continue;
    EXPECT_EQ(include.what, "connectors/connector.h") << include.from;
  }
}

// Pages show guides and write notices; what opens connections is behind src/console/report_door.h.
TEST(Layout, TheConsoleKnowsOfReportsOnlyWhatIsPure) {
  const std::set<std::string> pure = {"src/report/guide.h", "src/report/handover.h", "src/report/notice.h", "src/report/text.h"};
  for (const auto& include : AllIncludes()) {
    if (!include.ours || include.from.rfind("src/console/", 0) != 0 || include.what.rfind("src/report/", 0) != 0) continue;
    EXPECT_TRUE(pure.count(include.what)) << include.from << " includes " << include.what;
  }
  for (const auto& include : AllIncludes())
    if (include.ours && pure.count(include.from)) EXPECT_TRUE(include.what.rfind("src/base/", 0) == 0 || include.what.rfind("src/model/", 0) == 0 || pure.count(include.what)) << include.from << " includes " << include.what;
}

TEST(Layout, EachOutsideLibraryHasOneHostRoom) {
  for (const auto& include : AllIncludes()) {
    if (include.ours) continue;
    for (const auto& [library, hosts] : kHosts) {
      if (include.what.rfind(library, 0) != 0) continue;
      EXPECT_TRUE(std::any_of(hosts.begin(), hosts.end(), [&](const std::string& host) { return include.from.rfind(host, 0) == 0; }))
          << include.from << " includes <" << include.what << ">";
    }
  }
}

TEST(Layout, ConnectorsDoNotKnowEachOther) {
  for (const auto& include : AllIncludes()) {
    if (!include.ours || include.from.rfind("connectors/", 0) != 0 || include.from.rfind("connectors/catalogue", 0) == 0) continue;
    const auto folder = [](const std::string& path) { return fs::path(path).parent_path().string(); };
    const std::string to = folder(include.what);
    if (to.rfind("connectors/", 0) != 0 || to == "connectors/markup" || to == "connectors/listing") continue;
    EXPECT_EQ(to, folder(include.from)) << include.from << " includes " << include.what;
  }
}

// Two classes of one name are one to the linker: one room's destructor then runs on the other room's object.
TEST(Layout, NoTwoHeadersGiveOneNameToTwoClasses) {
  static const std::regex kNamespace(R"(^(inline )?namespace ([a-z_:]+) \{)"), kClass(R"(^(class|struct) ([A-Za-z0-9_]+)( final)?( :[^;]*)? \{)");
  std::map<std::string, std::string> homes;
  for (const char* top : {"src", "connectors", "pipeline"})
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      if (entry.path().extension() != ".h") continue;
      std::ifstream in(entry.path());
      std::string place;
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (std::regex_search(line, match, kNamespace)) place = match[2];
        if (!std::regex_search(line, match, kClass)) continue;
        const std::string name = place + "::" + match[2].str(), home = fs::relative(entry.path(), kRoot).string();
        const auto [at, fresh] = homes.emplace(name, home);
        EXPECT_TRUE(fresh) << name << " is in " << at->second << " and in " << home;
      }
    }
  EXPECT_GT(homes.size(), 100u);
}

TEST(Layout, EveryFileOpensBySayingWhatItIs) {
  for (const char* top : {"src", "connectors", "pipeline"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      if (entry.path().extension() != ".h") continue;
      std::ifstream in(entry.path());
      std::string first;
      std::getline(in, first);
      EXPECT_EQ(first.substr(0, 3), "// ") << entry.path();
    }
  }
}

TEST(Layout, TheTopLevelIsTheOnePlanned) {
  const std::set<std::string> kPlanned = {"CMakeLists.txt", "src", "connectors", "lexicons", "pipeline", "tests", "deploy", "README.md",
                                          "LICENSE", "CHANGELOG.md", "CMakePresets.json", "build", "data", "compile_commands.json"};
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind('.', 0) == 0) continue;
    EXPECT_TRUE(kPlanned.count(name)) << name;
  }
}

}  // namespace
