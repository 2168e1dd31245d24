// From one snapshot to the per-miner part of a page. A pure function: two scrapers of
// one snapshot get the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "metrics/page.h"
#include "model/snapshot.h"

namespace antx {

/// ?shard=i/n: the miners whose address falls into part i of n, i from 0.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;  ///< At least 1.
};

struct ExpositionRequest {
  std::vector<std::string> groups;  ///< collect[]; empty: all.
  std::optional<Shard> shard;
  [[nodiscard]] bool Wants(std::string_view group) const;
};

/// Series left out: over a limit, or of an element that the miner named twice.
struct Dropped {
  std::uint64_t boards = 0, fans = 0, sensors = 0, pools = 0;
  [[nodiscard]] std::uint64_t Total() const { return boards + fans + sensors + pools; }
};

/// Every per-miner family that the request wants, for all its miners, in contract order.
Dropped WriteFleet(const Snapshot& snapshot, const Config& config, const ExpositionRequest& request,
                   Page& page);

/// The same for a single miner (/probe).
Dropped WriteMiner(const MinerView& miner, const Config& config, const ExpositionRequest& request,
                   Page& page);

/// All names that collect[]= may give.
[[nodiscard]] std::vector<std::string_view> AllGroups();

/// The format for an Accept header; text 0.0.4 when nothing fits.
[[nodiscard]] Format Negotiate(std::string_view accept);
/// Whether an Accept-Encoding header allows gzip (q=0 refuses it).
[[nodiscard]] bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace antx
