#include "discovery/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>

#include "util/text.h"

namespace antx {
namespace {

constexpr int kAutoPrefix = 22;

Ipv4 FromSockaddr(const sockaddr* address) {
  return Ipv4{ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr)};
}

/// Names of interfaces with a route to 0.0.0.0/0 (/proc/net/route, columns Iface Destination).
std::set<std::string> DefaultRouteInterfaces() {
  std::set<std::string> names;
  std::ifstream file("/proc/net/route");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string name;
    std::string destination;
    fields >> name >> destination;
    if (destination == "00000000") names.insert(name);
  }
  return names;
}

bool IsUsable(const NetworkInterface& interface) {
  const bool link_local = (interface.address.value >> 16U) == 0xa9feU;
  return interface.up && !interface.point_to_point && interface.prefix < 31 &&
         !interface.address.IsLoopback() && !link_local;
}

/// Private use, shared address space, and the networks for documentation and benchmarks.
bool IsPrivate(Ipv4 address) {
  constexpr std::array kPrivate = {
      Ipv4Network{Ipv4{0x0a000000U}, 8},  Ipv4Network{Ipv4{0xac100000U}, 12},
      Ipv4Network{Ipv4{0xc0a80000U}, 16}, Ipv4Network{Ipv4{0x64400000U}, 10},
      Ipv4Network{Ipv4{0xc0000200U}, 24}, Ipv4Network{Ipv4{0xc6336400U}, 24},
      Ipv4Network{Ipv4{0xcb007100U}, 24}, Ipv4Network{Ipv4{0xc6120000U}, 15}};
  return std::any_of(kPrivate.begin(), kPrivate.end(),
                     [address](const Ipv4Network& network) { return network.Contains(address); });
}

/// Bridges that container engines and hypervisors make on their host: no miner sits there.
bool IsEngineBridge(const std::string& name) {
  constexpr std::array<std::string_view, 6> kPrefixes = {"docker", "br-",    "virbr",
                                                         "podman", "lxcbr0", "veth"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// Higher is better.
int Rank(const NetworkInterface& interface) {
  if (interface.default_route) return 2;
  return IsEngineBridge(interface.name) ? 0 : 1;
}

}  // namespace

std::vector<NetworkInterface> ReadInterfaces() {
  std::vector<NetworkInterface> interfaces;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return interfaces;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(first, freeifaddrs);
  const auto routed = DefaultRouteInterfaces();
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    NetworkInterface interface;
    interface.name = entry->ifa_name;
    interface.address = FromSockaddr(entry->ifa_addr);
    if (entry->ifa_netmask != nullptr) {
      interface.prefix = std::popcount(FromSockaddr(entry->ifa_netmask).value);
    }
    interface.up = (entry->ifa_flags & IFF_UP) != 0;
    interface.point_to_point = (entry->ifa_flags & IFF_POINTOPOINT) != 0;
    interface.default_route = routed.contains(interface.name);
    interfaces.push_back(interface);
  }
  return interfaces;
}

bool InContainer() {
  std::error_code ignored;
  if (std::filesystem::exists("/.dockerenv", ignored) ||
      std::filesystem::exists("/run/.containerenv", ignored)) {
    return true;
  }
  std::ifstream cgroup("/proc/1/cgroup");
  std::string line;
  while (std::getline(cgroup, line)) {
    if (line.find("docker") != std::string::npos || line.find("kubepods") != std::string::npos ||
        line.find("containerd") != std::string::npos) {
      return true;
    }
  }
  return false;
}

std::map<Ipv4, std::string> ReadNeighbours() {
  std::ifstream file("/proc/net/arp");
  return ParseNeighbours(file);
}

std::map<Ipv4, std::string> ParseNeighbours(std::istream& table) {
  std::map<Ipv4, std::string> neighbours;
  std::string line;
  std::getline(table, line);  // Header.
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string address;
    std::string type;
    std::string flags;
    std::string mac;
    fields >> address >> type >> flags >> mac;
    const auto parsed = Ipv4::Parse(address);
    const bool complete = flags == "0x2" || flags == "0x6";
    if (parsed && complete && mac != "00:00:00:00:00:00") neighbours[*parsed] = ToLower(mac);
  }
  return neighbours;
}

std::map<Ipv4, std::string> OnlyOwnMacs(std::map<Ipv4, std::string> neighbours) {
  std::map<std::string, int> uses;
  for (const auto& [address, mac] : neighbours) ++uses[mac];
  std::erase_if(neighbours, [&](const auto& entry) { return uses[entry.second] > 1; });
  return neighbours;
}

AutoRange DetectRange(const std::vector<NetworkInterface>& interfaces, bool in_container,
                      bool allow_public) {
  AutoRange found;
  const NetworkInterface* best = nullptr;
  for (const NetworkInterface& interface : interfaces) {
    if (!IsUsable(interface)) continue;
    if (!allow_public && !IsPrivate(interface.address)) {
      found.messages.push_back("the address " + interface.address.ToString() + " of " +
                               interface.name + " is public: its network is not swept");
      continue;
    }
    if (best == nullptr || Rank(interface) > Rank(*best)) best = &interface;
  }
  if (best == nullptr) {
    found.messages.push_back(
        "no network to sweep was found; set MINER_IP_RANGE, e.g. 192.168.1.0/24");
    return found;
  }
  Ipv4Network network{best->address, std::clamp(best->prefix, kAutoPrefix, 32)};
  network.network.value &= network.Mask();
  AddressRange range;
  range.first = network.network;
  range.last = Ipv4{network.network.value | ~network.Mask()};
  range.text = network.ToString();
  range.from_cidr = network.prefix < 31;
  found.messages.push_back("found network " + range.text + " on " + best->name);
  if (best->prefix < kAutoPrefix) {
    found.messages.push_back("the network of " + best->name + " is a /" +
                             std::to_string(best->prefix) + "; only " + range.text +
                             " is swept: set MINER_IP_RANGE to widen it");
  }
  if (in_container) {
    found.messages.push_back("this is a container: " + range.text +
                             " may be its own bridge and not the network of the miners; use host "
                             "networking or set MINER_IP_RANGE");
  } else if (IsEngineBridge(best->name)) {
    found.messages.push_back(best->name +
                             " looks like a bridge of a container engine and not like the network "
                             "of the miners; set MINER_IP_RANGE");
  }
  found.range = range;
  return found;
}

}  // namespace antx
