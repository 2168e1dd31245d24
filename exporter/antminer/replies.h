// The replies of one poll, parsed and sorted by command: joined replies are taken
// apart, error replies and missing sections become errors of their command.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antminer/decode.h"
#include "antminer/record.h"

namespace antx {

/// One command's reply.
struct Reply {
  std::string command;
  std::optional<PollError> error;
  const boost::json::object* body = nullptr;  ///< Null without a usable reply.
  std::optional<double> when;                 ///< STATUS.When, the miner's clock.
  std::string description;                    ///< STATUS.Description: program and version.
};

class Replies {
 public:
  Replies(const std::vector<RawReply>& raw, int max_depth, DecodeLog& log);

  /// The objects of a section: ("stats", "STATS"). Empty when absent or failed.
  [[nodiscard]] std::vector<Record> Section(std::string_view command,
                                            std::string_view section) const;
  /// The first object of a section.
  [[nodiscard]] std::optional<Record> First(std::string_view command,
                                            std::string_view section) const;
  [[nodiscard]] const Reply* Find(std::string_view command) const;
  [[nodiscard]] const std::vector<Reply>& all() const { return replies_; }
  [[nodiscard]] DecodeLog& log() const { return log_; }
  [[nodiscard]] bool join_refused() const { return join_refused_; }
  /// A reply that is no cgminer reply but the start of an HTTP answer or a page.
  [[nodiscard]] bool speaks_http() const { return speaks_http_; }

 private:
  void Add(const RawReply& raw, int max_depth);
  void AddHttp(const RawReply& raw, int max_depth);
  void AddJoined(const std::string& commands, const boost::json::object& body);
  void AddOne(std::string command, const boost::json::object& body);

  DecodeLog& log_;
  boost::json::monotonic_resource memory_{32 * 1024};
  std::deque<boost::json::value> values_;  // Stable addresses for `body`.
  std::vector<Reply> replies_;
  bool join_refused_ = false;
  bool speaks_http_ = false;
};

/// The collector a command belongs to.
[[nodiscard]] Collector CollectorOf(std::string_view command);
/// "summary" -> "SUMMARY", "version" -> "VERSION", ...
[[nodiscard]] std::string SectionOf(std::string_view command);

}  // namespace antx
