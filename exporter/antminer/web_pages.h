// The pages of one pass of the web side, parsed, with access by path. Pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antminer/record.h"
#include "antminer/web.h"

namespace antx {

class WebPages {
 public:
  /// Pages named in `text_pages` are plain text, all others JSON.
  WebPages(const std::vector<RawReply>& replies, int max_depth, DecodeLog& log);

  /// The value at "a.b.c" of a page ("" : the whole page); null when it is not there.
  [[nodiscard]] const boost::json::value* Value(std::string_view page,
                                                std::string_view path = "") const;
  /// The object there.
  [[nodiscard]] std::optional<Record> Object(std::string_view page,
                                             std::string_view path = "") const;
  /// The objects of the list there.
  [[nodiscard]] std::vector<Record> List(std::string_view page, std::string_view path = "") const;
  /// The body of a page that is plain text; nothing without an answer.
  [[nodiscard]] std::optional<std::string_view> Text(std::string_view page) const;
  /// The reply under this name as it came; null when there is none.
  [[nodiscard]] const RawReply* Raw(std::string_view page) const;
  /// One result a page.
  [[nodiscard]] const std::vector<CommandResult>& results() const { return results_; }
  [[nodiscard]] DecodeLog& log() const { return log_; }

 private:
  struct Page {
    std::string_view name;
    boost::json::value value;
  };
  const std::vector<RawReply>& replies_;
  DecodeLog& log_;
  boost::json::monotonic_resource memory_{32 * 1024};
  std::deque<Page> pages_;
  std::vector<CommandResult> results_;
};

/// The value below `root` at "a.b.c"; null when it is not there.
[[nodiscard]] const boost::json::value* AtPath(const boost::json::value& root,
                                               std::string_view path);
/// A number below a record ("temperature.degree_c"); nothing when it is none.
[[nodiscard]] std::optional<double> NumberAt(const Record& record, std::string_view path);

// What each dialect's pages say, one file each (web_*.cc). `identity` of the reading holds what
// is known when they are called; they add to both.
void ReadStockPages(const WebPages& pages, const DecodeContext& context, Reading& reading);
void ReadOldStockPages(const WebPages& pages, const DecodeContext& context, Reading& reading);
void ReadVnishPages(const WebPages& pages, const DecodeContext& context, Reading& reading);
void ReadBraiinsRest(const WebPages& pages, const DecodeContext& context, Reading& reading);
void ReadBraiinsGraphql(const WebPages& pages, const DecodeContext& context, Reading& reading);
void ReadEpicPages(const WebPages& pages, const DecodeContext& context, Reading& reading);
void ReadMarathonPages(const WebPages& pages, const DecodeContext& context, Reading& reading);

/// Text of a page unless it stands for nothing ("Unknown", "N/A", "null").
[[nodiscard]] std::string ToldText(const Record& record, std::string_view key);
/// Sets the type and, from it, model and algorithm.
void SetType(std::string type, std::string_view family, Identity& identity);

}  // namespace antx
