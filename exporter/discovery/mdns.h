// One mDNS browse by multicast over IPv4. What answers is a hint and nothing more.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "discovery/interfaces.h"
#include "discovery/sweep.h"
#include "util/ipv4.h"

namespace antx {

struct MdnsResult {
  std::set<Ipv4> hints;  ///< Addresses told, and those that answered.
  std::string error;     ///< "" or why the browse did not work.
};

/// Asks on every usable interface and listens for `wait`.
boost::asio::awaitable<MdnsResult> MdnsBrowse(std::vector<NetworkInterface> interfaces,
                                              std::chrono::nanoseconds wait, StopFlag stop);

}  // namespace antx
