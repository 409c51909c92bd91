#include "src/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "src/base/text.h"

namespace heed {
namespace {

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("heed", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$ %v");
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

// A message may quote a server's words: control characters must not reach the terminal or forge a line.
std::string Clean(std::string_view message) { return ForTerminal(message); }

}  // namespace

void SetLogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return Logger().set_level(spdlog::level::debug);
    case LogLevel::kInfo: return Logger().set_level(spdlog::level::info);
    case LogLevel::kWarning: return Logger().set_level(spdlog::level::warn);
    case LogLevel::kError: return Logger().set_level(spdlog::level::err);
    case LogLevel::kQuiet: return Logger().set_level(spdlog::level::off);
  }
}

void LogDebug(std::string_view message) { Logger().debug("{}", Clean(message)); }
void LogInfo(std::string_view message) { Logger().info("{}", Clean(message)); }
void LogWarning(std::string_view message) { Logger().warn("{}", Clean(message)); }
void LogError(std::string_view message) { Logger().error("{}", Clean(message)); }

}  // namespace heed
