// What a sweep needs of those who poll, so that a miner never has two connections at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "util/ipv4.h"

namespace antx {

/// Whose turn it is to talk to an address. Empty functions: nobody else talks to miners. Each turn
/// ends with `give_back`.
struct AddressTurns {
  /// At once. False: somebody talks to the address or waits to.
  std::function<bool(Ipv4)> try_take;
  /// When the others have ended. False: the exporter stops.
  std::function<boost::asio::awaitable<bool>(Ipv4)> take;
  std::function<void(Ipv4)> give_back;

  [[nodiscard]] bool TryTake(Ipv4 address) const { return !try_take || try_take(address); }
  void GiveBack(Ipv4 address) const {
    if (give_back) give_back(address);
  }
};

}  // namespace antx
