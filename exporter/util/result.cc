#include "util/result.h"

#include <stdexcept>

namespace antx {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kTimeout:
      return "timeout";
    case Reason::kRefused:
      return "refused";
    case Reason::kUnreachable:
      return "unreachable";
    case Reason::kReset:
      return "reset";
    case Reason::kParse:
      return "parse";
    case Reason::kAuth:
      return "auth";
    case Reason::kApi:
      return "api";
    case Reason::kOversize:
      return "oversize";
    case Reason::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

void throw_exception_from_error(const PollError& error, const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked PollError: " + error.detail);
}

}  // namespace antx
