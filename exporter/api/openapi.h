// The document of the API, made from the route table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/router.h"

namespace antx {

/// OpenAPI 3.1 as JSON.
[[nodiscard]] std::string OpenApiDocument(std::span<const Route> routes, std::string_view version);

/// A named JSON schema of an answer or a body (schemas*.cc).
struct NamedSchema {
  std::string_view name;
  std::string_view json;
};
[[nodiscard]] std::vector<NamedSchema> AllSchemas();
[[nodiscard]] std::span<const NamedSchema> ControlSchemas();  ///< Among them.

}  // namespace antx
