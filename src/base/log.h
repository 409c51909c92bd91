// The log, to standard error; the only host of spdlog.
//
// Says what heed did, never what a stranger posted and never a secret.  Standard output belongs to the
// command's answer.
#pragma once

#include <string_view>

namespace heed {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kQuiet };

void SetLogLevel(LogLevel level);
void LogDebug(std::string_view message);
void LogInfo(std::string_view message);
void LogWarning(std::string_view message);
void LogError(std::string_view message);

}  // namespace heed
