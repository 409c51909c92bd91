// HTML to PDF/A-3b by WeasyPrint, which is a program of its own and may be missing.
#pragma once

#include <string>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// Writes `pdf` from the file `html`.  `id` and `at` stand in the PDF in place of chance and the clock, so that the same
// page makes the same bytes.  kNotFound: there is no WeasyPrint; kUnavailable: it took longer than `patience` or failed.
Done MakePdf(const std::string& html, const std::string& pdf, const std::string& id, Instant at, seconds patience);

}  // namespace heed
