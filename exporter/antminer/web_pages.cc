#include "antminer/web_pages.h"

#include <utility>

#include "antminer/identify.h"
#include "antminer/models.h"
#include "antminer/tolerant_json.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

/// Pages of port 6060 are plain text.
bool IsPlainText(std::string_view page) { return page.starts_with("info_"); }

/// What CGIs print while the mining process is down, or a page for people.
PollError NoJson(std::string_view body) {
  const std::string_view start = Trim(body.substr(0, 256));
  if (start.empty()) return {Reason::kParse, "the page is empty"};
  if (start.front() == '<') return {Reason::kParse, "a page for people instead of JSON"};
  if (start.starts_with("Socket connect failed")) {
    return {Reason::kParse, "the web server cannot reach the mining process"};
  }
  return {Reason::kParse, "the page is no JSON"};
}

}  // namespace

const json::value* AtPath(const json::value& root, std::string_view path) {
  const json::value* value = &root;
  for (const std::string_view part : SplitList(path, ".")) {
    const auto* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains(part);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::optional<double> NumberAt(const Record& record, std::string_view path) {
  const auto dot = path.find('.');
  const json::value* value = record.Find(path.substr(0, dot));
  if (value == nullptr) return std::nullopt;
  if (dot == std::string_view::npos) return record.Number(path);
  const auto* object = value->if_object();
  if (object == nullptr) return std::nullopt;
  return NumberAt(Record(object, record.command(), record.log()), path.substr(dot + 1));
}

WebPages::WebPages(const std::vector<RawReply>& replies, int max_depth, DecodeLog& log)
    : replies_(replies), log_(log) {
  for (const RawReply& reply : replies) {
    CommandResult result{reply.command, Collector::kWeb, std::nullopt};
    if (reply.body.has_error()) {
      result.error = reply.body.error();
    } else if (!IsPlainText(reply.command)) {
      const std::string_view body = Trim(*reply.body);
      const bool structured = !body.empty() && (body.front() == '{' || body.front() == '[');
      auto parsed = structured
                        ? ParseTolerant(body, max_depth, json::storage_ptr(&memory_), log_.repairs)
                        : Result<json::value>(NoJson(body));
      if (parsed.has_error()) {
        result.error = parsed.error();
      } else {
        pages_.push_back({reply.command, std::move(*parsed)});
      }
    }
    results_.push_back(std::move(result));
  }
}

const json::value* WebPages::Value(std::string_view page, std::string_view path) const {
  for (const Page& candidate : pages_) {
    if (candidate.name == page) return AtPath(candidate.value, path);
  }
  return nullptr;
}

std::optional<Record> WebPages::Object(std::string_view page, std::string_view path) const {
  const json::value* value = Value(page, path);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  return Record(&value->get_object(), page, log_);
}

std::vector<Record> WebPages::List(std::string_view page, std::string_view path) const {
  std::vector<Record> records;
  const json::value* value = Value(page, path);
  if (value == nullptr || !value->is_array()) return records;
  for (const json::value& item : value->get_array()) {
    if (const auto* object = item.if_object()) records.emplace_back(object, page, log_);
  }
  return records;
}

const RawReply* WebPages::Raw(std::string_view page) const {
  for (const RawReply& reply : replies_) {
    if (reply.command == page) return &reply;
  }
  return nullptr;
}

std::optional<std::string_view> WebPages::Text(std::string_view page) const {
  const RawReply* reply = Raw(page);
  if (reply == nullptr || reply->body.has_error()) return std::nullopt;
  return Trim(*reply->body);
}

std::string ToldText(const Record& record, std::string_view key) {
  std::string text = record.Text(key);
  for (const std::string_view nothing : {"unknown", "unkown", "n/a", "null", "none", "-"}) {
    if (EqualsNoCase(text, nothing)) return {};
  }
  return EscapeControl(CutUtf8(ToValidUtf8(text), 200));
}

void SetType(std::string type, std::string_view family, Identity& identity) {
  if (type.empty()) return;
  identity.model = CanonicalModel(type);
  identity.type = std::move(type);
  identity.algorithm = AlgorithmOf(identity.model, family);
}

}  // namespace antx
