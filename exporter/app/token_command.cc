#include "app/token_command.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iomanip>
#include <utility>

#include "api/access/tokens.h"
#include "api/json_writer.h"
#include "api/query.h"
#include "util/text.h"

namespace antx {
namespace {

constexpr int kGood = 0;
constexpr int kFileFailed = 1;
constexpr int kWrongArgument = 2;

std::string Ranges(const TokenRecord& token) {
  std::string text;
  for (const AddressRange& range : token.from) text += (text.empty() ? "" : ",") + range.text;
  return text.empty() ? "everywhere" : text;
}

/// The arguments as a record without a hash, or a fault.
std::string Fill(const TokenRequest& request, SystemTime now, TokenRecord& record) {
  if (const std::string fault = TokenNameFault(request.name); !fault.empty()) return "--" + fault;
  const auto scope = ParseScope(request.scope);
  if (!scope) return "--scope: must be read, operate or admin";
  record.name = request.name;
  record.scope = *scope;
  record.created = now;
  if (!request.expires.empty()) {
    record.expires = ParseExpiry(request.expires, now);
    if (!record.expires) {
      return "--expires: must be a time from now such as 12h, 90d, 8w or 1y, or a date to come";
    }
  }
  for (const std::string& text : request.from) {
    std::string fault;
    const auto range = ParseTokenRange(text, fault);
    if (!range) return "--from: " + fault;
    record.from.push_back(*range);
  }
  return "";
}

int Create(const TokenRequest& request, const std::string& path, std::vector<TokenRecord> tokens,
           const Clock& clock, std::ostream& out, std::ostream& messages) {
  TokenRecord record;
  std::string fault = Fill(request, clock.Now(), record);
  const bool taken = std::any_of(tokens.begin(), tokens.end(),
                                 [&](const TokenRecord& old) { return old.name == request.name; });
  if (taken) fault = "--name: \"" + request.name + "\" has a token already; revoke it first";
  if (!fault.empty()) {
    messages << fault << '\n';
    return kWrongArgument;
  }
  const auto token = MakeToken();
  if (!token) {
    messages << "the system has no random bytes\n";
    return kFileFailed;
  }
  record.hash = TokenHash(*token);
  tokens.push_back(record);
  if (const std::string failed = WriteTokens(path, tokens); !failed.empty()) {
    messages << failed << '\n';
    return kFileFailed;
  }
  out << *token << '\n';
  messages << "token " << record.name << ": " << ScopeName(record.scope) << ", from "
           << Ranges(record) << ", expires "
           << (record.expires ? FormatUtc(*record.expires) : "never") << ". It is shown this once; "
           << path << " keeps its hash.\n";
  return kGood;
}

int List(const TokenRequest& request, const std::vector<TokenRecord>& tokens, SystemTime now,
         std::ostream& out) {
  if (request.json) {
    JsonWriter json;
    json.BeginList();
    for (const TokenRecord& token : tokens) {
      json.BeginObject().Field("name", token.name).Field("scope", ScopeName(token.scope));
      json.Key("from").BeginList();
      for (const AddressRange& range : token.from) json.Value(range.text);
      json.EndList().Field("expires", token.expires).Field("created", token.created).EndObject();
    }
    out << json.EndList().Take();
    return kGood;
  }
  for (const TokenRecord& token : tokens) {
    const bool expired = token.expires && *token.expires <= now;
    out << std::left << std::setw(24) << token.name << ' ' << std::setw(8) << ScopeName(token.scope)
        << ' ' << std::setw(25) << (token.expires ? FormatUtc(*token.expires) : "never")
        << (expired ? " expired  " : "          ") << Ranges(token) << '\n';
  }
  return kGood;
}

int Revoke(const TokenRequest& request, const std::string& path, std::vector<TokenRecord> tokens,
           std::ostream& messages) {
  const auto gone =
      std::erase_if(tokens, [&](const TokenRecord& token) { return token.name == request.name; });
  if (gone == 0) {
    messages << "there is no token \"" << request.name << "\" in " << path << '\n';
    return kWrongArgument;
  }
  if (const std::string failed = WriteTokens(path, tokens); !failed.empty()) {
    messages << failed << '\n';
    return kFileFailed;
  }
  messages << "token " << request.name << " is revoked\n";
  return kGood;
}

}  // namespace

std::optional<SystemTime> ParseExpiry(std::string_view text, SystemTime now) {
  static constexpr std::array<std::pair<char, std::int64_t>, 4> kHours = {
      {{'h', 1}, {'d', 24}, {'w', 168}, {'y', 8760}}};
  for (const auto& [unit, hours] : kHours) {
    if (text.empty() || text.back() != unit) continue;
    const auto count = ParseInt(text.substr(0, text.size() - 1));
    constexpr std::int64_t kMostHours = 100 * 8760;
    if (!count || *count < 1 || *count > kMostHours / hours) return std::nullopt;
    return now + std::chrono::hours(*count * hours);
  }
  const auto date = DateParameter(Query::Of("expires", text), "expires", now);
  if (!date.value || *date.value <= now) return std::nullopt;
  return date.value;
}

int RunToken(const Config& config, const TokenRequest& request, const Clock& clock,
             std::ostream& out, std::ostream& messages) {
  const std::string path = request.file.empty() ? config.web.tokens_file : request.file;
  if (path.empty()) {
    messages << "which file? Set web.tokens_file (WEB_TOKENS_FILE) or give --file\n";
    return kWrongArgument;
  }
  std::vector<std::string> faults;
  std::vector<TokenRecord> tokens;
  std::error_code ignored;
  const bool fresh =
      request.action == TokenRequest::Action::kCreate && !std::filesystem::exists(path, ignored);
  if (!fresh) tokens = ReadTokens(path, faults);
  for (const std::string& fault : faults) messages << fault << '\n';
  if (!faults.empty()) return kFileFailed;
  switch (request.action) {
    case TokenRequest::Action::kCreate:
      return Create(request, path, std::move(tokens), clock, out, messages);
    case TokenRequest::Action::kList:
      return List(request, tokens, clock.Now(), out);
    case TokenRequest::Action::kRevoke:
      return Revoke(request, path, std::move(tokens), messages);
    case TokenRequest::Action::kNone:
      break;
  }
  messages << "token: create, list or revoke\n";
  return kWrongArgument;
}

}  // namespace antx
