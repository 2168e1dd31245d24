#include "app/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

namespace antx {
namespace {

TEST(ServiceNotifier, SendsOneDatagramToTheSocket) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("antx-notify-" + std::to_string(getpid())))
          .string();
  const int receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(receiver, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ServiceNotifier(path, "").Send("READY=1");
  std::array<char, 64> text{};
  const ssize_t size = recv(receiver, text.data(), text.size(), 0);
  close(receiver);
  std::filesystem::remove(path);
  EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(size)), "READY=1");
}

TEST(ServiceNotifier, DoesNothingOutsideSystemd) {
  const ServiceNotifier notifier("", "");
  notifier.Send("READY=1");
  EXPECT_FALSE(notifier.WatchdogPeriod());
}

TEST(ServiceNotifier, KicksTheWatchdogTwicePerPeriod) {
  EXPECT_EQ(ServiceNotifier("", "60000000").WatchdogPeriod(), std::chrono::seconds(30));
  EXPECT_FALSE(ServiceNotifier("", "soon").WatchdogPeriod());
}

}  // namespace
}  // namespace antx
