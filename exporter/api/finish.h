// What every answer gets after its handler: sharing with other sites, validation, compression.
#pragma once

#include <string>
#include <vector>

#include "api/http_types.h"

namespace antx {

/// Adds the headers for other sites in `origins`, an ETag (304 when the client has that version
/// already) and gzip for a text of more than 1 KiB when the client takes it.
void FinishResponse(const HttpRequest& request, const std::vector<std::string>& origins,
                    HttpResponse& response);

/// Answer to OPTIONS. Only reading is ever allowed to another site, and only to `origins`.
/// @param allow the methods of the path.
[[nodiscard]] HttpResponse Preflight(const HttpRequest& request,
                                     const std::vector<std::string>& origins,
                                     const std::string& allow);

}  // namespace antx
