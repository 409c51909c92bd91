// What stands around a case: cases that are like it, and what heed keeps of its thread.
#pragma once

#include "src/console/asked.h"

namespace heed {

// Fills templates/around.mustache: similar cases with what ties them, the thread with the post in its place, and honest words where nothing else is
// kept.
Done AddAround(const Visit& visit, const StoredPost& post, const StoredVersion& shown, const Looking& looking, Slots& view);

}  // namespace heed
