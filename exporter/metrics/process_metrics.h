// process_*: read from /proc/self at each scrape.
#pragma once

#include "metrics/exposition.h"
#include "metrics/page.h"

namespace antx {

/// What cannot be read is left out.
void WriteProcessMetrics(const ExpositionRequest& request, Page& page);

}  // namespace antx
