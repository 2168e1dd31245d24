// Expected failures as values. One closed set of reasons serves every module:
// it is the `reason` label of antminer_exporter_poll_errors_total.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace antx {

/// Why a command of a miner failed. Closed set: each is a label value.
enum class Reason {
  kTimeout,      ///< No answer within the deadline.
  kRefused,      ///< The port is closed; usual for 10-120 s after a restart of the miner.
  kUnreachable,  ///< No route, host or network unreachable.
  kReset,        ///< The peer reset the connection before a usable reply.
  kParse,        ///< A reply that is no JSON, too deep, or lacks its section.
  kAuth,         ///< Connected and closed without a byte: the api-allow list refuses us.
  kApi,          ///< The miner answered with STATUS E or F (access denied, invalid command).
  kOversize,     ///< More bytes than the cap.
  kCancelled,    ///< We are shutting down; never exported.
};

/// All reasons that are exported, in label order.
inline constexpr std::array kExportedReasons = {
    Reason::kTimeout, Reason::kRefused, Reason::kUnreachable, Reason::kReset,
    Reason::kParse,   Reason::kAuth,    Reason::kApi,         Reason::kOversize};

/// The label value, e.g. "timeout".
[[nodiscard]] std::string_view ReasonName(Reason reason);

struct PollError {
  Reason reason;       ///< Closed set: the `reason` label.
  std::string detail;  ///< For logs and `probe` only, never a label.
};

template <class T>
using Result = boost::system::result<T, PollError>;

/// Found by argument-dependent look-up when value() meets an error.
[[noreturn]] void throw_exception_from_error(const PollError& error,
                                             const boost::source_location& where);

}  // namespace antx
