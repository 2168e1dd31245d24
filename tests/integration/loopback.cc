// Ports and networks for tests that run side by side: FreePort and OwnNetwork of harness.h.
// What is given out is held by an abstract Unix socket until the process ends, under the names
// that tests/loopback.py uses too.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "integration/harness.h"

namespace antx::testing {
namespace {

/// A descriptor that stays open until the process ends, bound to `name`; -1 when another has it.
int Hold(const std::string& name) {
  const std::string path = "antx-test-" + name;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A first byte of 0 makes the name abstract: it is no file and goes with its socket.
  std::copy(path.begin(), path.end(), address.sun_path + 1);
  const int holder = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(sizeof(sa_family_t) + 1 + path.size());
  if (bind(holder, reinterpret_cast<const sockaddr*>(&address), size) == 0) return holder;
  close(holder);
  return -1;
}

/// Whether a server could listen on the port.
bool CanListen(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  (void)setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  return free;
}

/// A number of the range that nobody holds under `kind`.
int Choose(const std::string& kind, int first, int last, bool (*good)(int)) {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<int> any(first, last);
  while (true) {
    const int number = any(random);
    if (Hold(kind + std::to_string(number)) >= 0 && good(number)) return number;
  }
}

}  // namespace

int FreePort() {
  // Not of the ports that outgoing connections get: one of those would be in a server's way.
  int first = 32768;
  int last = 60999;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first >> last;
  if (first > 21000) return Choose("port-", 20000, first - 1, CanListen);
  return Choose("port-", std::min(last + 1, 64000), 65535, CanListen);
}

std::string OwnNetwork() {
  const int number = Choose("network-", 64 * 256, 192 * 256 - 1, [](int) { return true; });
  return "127." + std::to_string(number / 256) + '.' + std::to_string(number % 256) + '.';
}

}  // namespace antx::testing
