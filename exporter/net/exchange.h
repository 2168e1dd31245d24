// One request and its reply on port 4028: connect, write at once, read to the
// end. The caller sees either the body or a reason, never an exception.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <string>

#include "util/result.h"

namespace antx {

struct ExchangeLimits {
  std::chrono::nanoseconds connect{std::chrono::seconds(1)};
  std::chrono::nanoseconds reply{std::chrono::seconds(1)};  ///< Request and whole reply together.
  std::size_t reply_bytes = 1U << 20U;
};

/// Sends `request` and returns the reply without its trailing NUL.
/// `connected` (may be null) is set once the port accepted; it must outlive the call.
/// Errors: every Reason but kParse and kApi. Run on the executor of the caller only.
boost::asio::awaitable<Result<std::string>> Exchange(boost::asio::ip::tcp::endpoint miner,
                                                     std::string request, ExchangeLimits limits,
                                                     bool* connected = nullptr);

}  // namespace antx
