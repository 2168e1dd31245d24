#include "api/docs_assets.h"

namespace antx {

std::span<const DocsAsset> DocsAssets() { return {}; }

}  // namespace antx
