#include "antminer/replies.h"

#include <algorithm>
#include <utility>

#include "antminer/text_reply.h"
#include "antminer/tolerant_json.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

/// STATUS is an array of one object, an object (web, new API) or a bare text ("RESTART").
const json::object* StatusOf(const json::object& body) {
  const json::value* status = body.if_contains("STATUS");
  if (status == nullptr) return nullptr;
  if (const auto* list = status->if_array()) {
    return list->empty() ? nullptr : list->front().if_object();
  }
  return status->if_object();
}

bool IsFailure(const Record& status) {
  const std::string severity = status.Text("STATUS");
  return severity == "E" || severity == "F";
}

bool LooksLikeHttp(std::string_view body) {
  const std::string_view start = Trim(body.substr(0, 256));
  return start.starts_with("HTTP/") || ContainsNoCase(start, "<html") ||
         ContainsNoCase(start, "<!doctype");
}

}  // namespace

Collector CollectorOf(std::string_view command) {
  if (command == "summary") return Collector::kSummary;
  if (command == "stats" || command == "version") return Collector::kStats;
  if (command == "pools") return Collector::kPools;
  return Collector::kDevs;
}

std::string SectionOf(std::string_view command) {
  std::string section(command);
  std::transform(section.begin(), section.end(), section.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return section;
}

Replies::Replies(const std::vector<RawReply>& raw, int max_depth, DecodeLog& log) : log_(log) {
  for (const RawReply& reply : raw) Add(reply, max_depth);
}

void Replies::Add(const RawReply& raw, int max_depth) {
  const auto fail = [&](PollError error) {
    for (const std::string_view command : SplitList(raw.command, "+")) {
      replies_.push_back({std::string(command), error, nullptr, {}, {}});
    }
  };
  if (raw.body.has_error()) return fail(raw.body.error());
  if (raw.command.starts_with("http:")) return AddHttp(raw, max_depth);
  if (LooksLikeHttp(*raw.body)) {
    speaks_http_ = true;
    return fail({Reason::kParse, "the port speaks HTTP"});
  }
  if (auto text = ParseTextReply(*raw.body)) {
    values_.emplace_back(std::move(*text));
    return AddOne(raw.command, values_.back().get_object());
  }
  auto parsed = ParseTolerant(*raw.body, max_depth, json::storage_ptr(&memory_), log_.repairs);
  if (parsed.has_error()) return fail(parsed.error());
  if (!parsed->is_object()) return fail({Reason::kParse, "the reply is no JSON object"});
  values_.push_back(std::move(*parsed));
  const json::object& body = values_.back().get_object();
  if (raw.command.find('+') == std::string::npos) return AddOne(raw.command, body);
  AddJoined(raw.command, body);
}

void Replies::AddHttp(const RawReply& raw, int max_depth) {
  Reply reply{
      raw.command, PollError{Reason::kParse, "no JSON in the HTTP answer"}, nullptr, {}, {}};
  const auto body = raw.body->find("\r\n\r\n");
  if (raw.body->starts_with("HTTP/") && body != std::string::npos) {
    auto parsed = ParseTolerant(std::string_view(*raw.body).substr(body + 4), max_depth,
                                json::storage_ptr(&memory_), log_.repairs);
    if (parsed.has_value() && parsed->is_object()) {
      values_.push_back(std::move(*parsed));
      reply.body = &values_.back().get_object();
      reply.error.reset();
    }
  }
  replies_.push_back(std::move(reply));
}

void Replies::AddJoined(const std::string& commands, const json::object& body) {
  const json::object* status = StatusOf(body);
  if (status != nullptr && IsFailure(Record(status, commands, log_))) join_refused_ = true;
  for (const std::string_view command : SplitList(commands, "+")) {
    const json::value* member = body.if_contains(command);
    const json::object* inner = nullptr;
    if (member != nullptr) {
      const auto* list = member->if_array();
      inner = list != nullptr && !list->empty() ? list->front().if_object() : member->if_object();
    }
    if (inner != nullptr) {
      AddOne(std::string(command), *inner);
    } else {
      // No member at all means that this daemon does not join.
      if (body.if_contains(SplitList(commands, "+").front()) == nullptr) join_refused_ = true;
      replies_.push_back({std::string(command),
                          PollError{Reason::kParse, "not part of the joined reply"},
                          nullptr,
                          {},
                          {}});
    }
  }
}

void Replies::AddOne(std::string command, const json::object& body) {
  Reply reply{std::move(command), std::nullopt, nullptr, std::nullopt, {}};
  if (const json::object* status = StatusOf(body)) {
    const Record record(status, reply.command, log_);
    reply.when = record.Number("When");
    reply.description = record.Text("Description");
    if (IsFailure(record)) {
      reply.error = PollError{Reason::kApi, EscapeControl(CutUtf8(record.Text("Msg"), 200))};
    }
  }
  if (!reply.error && body.if_contains(SectionOf(reply.command)) == nullptr) {
    reply.error = PollError{Reason::kParse, "the reply has no section " + SectionOf(reply.command)};
  }
  if (!reply.error) reply.body = &body;
  replies_.push_back(std::move(reply));
}

const Reply* Replies::Find(std::string_view command) const {
  for (const Reply& reply : replies_) {
    if (reply.command == command) return &reply;
  }
  return nullptr;
}

std::vector<Record> Replies::Section(std::string_view command, std::string_view section) const {
  std::vector<Record> records;
  const Reply* reply = Find(command);
  if (reply == nullptr || reply->body == nullptr) return records;
  const json::value* value = reply->body->if_contains(section);
  if (value == nullptr) return records;
  if (const auto* list = value->if_array()) {
    for (const json::value& item : *list) {
      if (const auto* object = item.if_object()) records.emplace_back(object, reply->command, log_);
    }
  } else if (const auto* object = value->if_object()) {
    records.emplace_back(object, reply->command, log_);
  }
  return records;
}

std::optional<Record> Replies::First(std::string_view command, std::string_view section) const {
  auto records = Section(command, section);
  if (records.empty()) return std::nullopt;
  return records.front();
}

}  // namespace antx
