// The other half of the kill test: a process that runs the workload and is killed by a timer set beforehand.
#pragma once

namespace heed {

inline constexpr const char* kKillWorkerFlag = "--kill-worker";

// argv: program, kKillWorkerFlag, folder, microseconds until SIGKILL (0: never).  Returns the exit status: 0 when
// the workload is done.
int KillWorker(int argc, char** argv);

}  // namespace heed
