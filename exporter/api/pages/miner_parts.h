// Tables of one miner's page: boards with their sensors, fans, pools, identity.
#pragma once

#include "api/pages/layout.h"

namespace antx::pages {

/// Each is a section with its heading, and empty when there is no reading.
[[nodiscard]] Html BoardTable(const MinerView& miner);
[[nodiscard]] Html FanTable(const MinerView& miner);
[[nodiscard]] Html PoolTable(const View& view, const MinerView& miner);
/// What the miner is, what it counted, how it is polled; always there.
[[nodiscard]] Html IdentityList(const View& view, const MinerView& miner);

}  // namespace antx::pages
