// Files of Swagger UI, when the program was built with them (CMake: ANTX_SWAGGER_UI).
#pragma once

#include <span>
#include <string_view>

namespace antx {

struct DocsAsset {
  std::string_view name;  ///< "swagger-ui.css"
  std::string_view bytes;
};

/// Empty in a program without them.
[[nodiscard]] std::span<const DocsAsset> DocsAssets();

}  // namespace antx
