// What a command needs of the poller, so that a miner never has two connections at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "util/ipv4.h"

namespace antx {

struct MinerHolds {
  /// Waits until no poll of the miner is in flight and keeps further ones off. False: the
  /// exporter stops. Each hold ends with `release`.
  std::function<boost::asio::awaitable<bool>(Ipv4)> hold;
  std::function<void(Ipv4)> release;
};

}  // namespace antx
