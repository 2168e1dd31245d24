// The networks of this host: which one auto-detection takes, and the neighbours it knows.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "util/ipv4.h"

namespace antx {

struct NetworkInterface {
  std::string name;
  Ipv4 address;
  int prefix = 24;
  bool up = false;
  bool default_route = false;
};

/// IPv4 interfaces from the kernel. Empty when it does not tell.
[[nodiscard]] std::vector<NetworkInterface> ReadInterfaces();
/// Whether this process runs in a container.
[[nodiscard]] bool InContainer();
/// Complete entries of the neighbour (ARP) table: address to MAC.
[[nodiscard]] std::map<Ipv4, std::string> ReadNeighbours();

struct AutoRange {
  std::optional<AddressRange> range;  ///< Nothing: no usable interface.
  std::vector<std::string> messages;  ///< What was found and what may be wrong with it.
};

/// Takes the interface of the default route, else the first that is up, neither loopback nor
/// link-local; never more than a /22 around its address. Pure.
[[nodiscard]] AutoRange DetectRange(const std::vector<NetworkInterface>& interfaces,
                                    bool in_container);

}  // namespace antx
