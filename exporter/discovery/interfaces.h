// The networks of this host: which one auto-detection takes, and the neighbours it knows.
#pragma once

#include <istream>
#include <map>
#include <optional>
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
  bool point_to_point = false;  ///< A tunnel: no network around it.
};

/// IPv4 interfaces from the kernel. Empty when it does not tell.
[[nodiscard]] std::vector<NetworkInterface> ReadInterfaces();
/// Whether this process runs in a container.
[[nodiscard]] bool InContainer();
/// Complete entries of the neighbour (ARP) table: address to MAC, lower case.
[[nodiscard]] std::map<Ipv4, std::string> ReadNeighbours();
/// The same from the text of /proc/net/arp. Pure.
[[nodiscard]] std::map<Ipv4, std::string> ParseNeighbours(std::istream& table);
/// Without the MACs that stand for several addresses: those are of a Wi-Fi bridge or a router
/// that answers for others, and say nothing of the miner behind it. Pure.
[[nodiscard]] std::map<Ipv4, std::string> OnlyOwnMacs(std::map<Ipv4, std::string> neighbours);

struct AutoRange {
  std::optional<AddressRange> range;  ///< Nothing: no usable interface.
  std::vector<std::string> messages;  ///< What was found and what may be wrong with it.
};

/// Takes the interface of the default route, else the first that is no bridge of a container
/// engine, else any that is up and neither loopback, link-local nor a tunnel. Never more than a
/// /22 around its address; a public network only when `allow_public`. Pure.
[[nodiscard]] AutoRange DetectRange(const std::vector<NetworkInterface>& interfaces,
                                    bool in_container, bool allow_public = false);

}  // namespace antx
