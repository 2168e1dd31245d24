#include "api/access/tokens.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <set>
#include <system_error>

#include "api/json_writer.h"
#include "api/query.h"
#include "config/load.h"
#include "config/read_file.h"
#include "util/text.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostBytes = 4U << 20U;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMostNameBytes = 64;

/// For file names and headers: the alphabet of RFC 4648 section 5, without padding.
std::string Base64Url(const unsigned char* bytes, std::size_t size) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t i = 0; i < size; i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8U | (i + j < size ? bytes[i + j] : 0U);
    const std::size_t digits = std::min<std::size_t>(size - i, 3) + 1;
    for (std::size_t j = 0; j < digits; ++j) text += kAlphabet[group >> (18 - 6 * j) & 63U];
  }
  return text;
}

bool IsHash(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// One line; each step names what it misses.
class LineReader {
 public:
  LineReader(std::string place, std::vector<std::string>& faults)
      : place_(std::move(place)), faults_(faults) {}

  std::optional<TokenRecord> Read(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(line.data(), line.size()), error);
    if (error || !value.is_object()) return Fault("a line is a JSON object");
    TokenRecord record;
    bool has_scope = false;
    for (const auto& member : value.as_object()) {
      const std::string_view key(member.key().data(), member.key().size());
      if (!Member(key, member.value(), record, has_scope)) return std::nullopt;
    }
    if (record.name.empty()) return Fault("name is missing");
    if (record.hash.empty()) return Fault("hash is missing");
    if (!has_scope) return Fault("scope is missing");
    return record;
  }

 private:
  std::nullopt_t Fault(const std::string& text) {
    faults_.push_back(place_ + ": " + text);
    return std::nullopt;
  }

  bool Member(std::string_view key, const json::value& value, TokenRecord& record,
              bool& has_scope) {
    if (key == "from") return From(value, record);
    if (!value.is_string()) {
      Fault(std::string(CutUtf8(key, 100)) + " must be a text");
      return false;
    }
    const std::string text(value.as_string());
    if (key == "name") {
      record.name = text;
      return Good(TokenNameFault(text));
    }
    if (key == "hash") {
      record.hash = text;
      return Good(IsHash(text) ? "" : "hash must be 64 hexadecimal digits (SHA-256)");
    }
    if (key == "scope") {
      has_scope = true;
      const auto scope = ParseScope(text);
      if (scope) record.scope = *scope;
      return Good(scope ? "" : "scope must be read, operate or admin");
    }
    if (key == "expires" || key == "created") return Time(key, text, record);
    return Good("unknown member \"" + std::string(CutUtf8(key, 100)) +
                "\"; known: name, hash, scope, from, expires, created");
  }

  bool Good(const std::string& fault) {
    if (!fault.empty()) Fault(fault);
    return fault.empty();
  }

  bool Time(std::string_view key, const std::string& text, TokenRecord& record) {
    const auto time = DateParameter(Query::Of(key, text), key, SystemTime());
    if (!time.value) return Good(std::string(key) + " must be a date such as 2026-12-31T00:00:00Z");
    if (key == "expires") {
      record.expires = *time.value;
    } else {
      record.created = *time.value;
    }
    return true;
  }

  bool From(const json::value& value, TokenRecord& record) {
    if (!value.is_array() || value.as_array().empty()) {
      return Good("from must be a list of address ranges; leave it out for everywhere");
    }
    for (const json::value& item : value.as_array()) {
      std::string fault;
      const auto range = item.is_string()
                             ? ParseTokenRange(std::string_view(item.as_string()), fault)
                             : std::nullopt;
      if (!range) return Good("from must be a list of address ranges such as 192.168.1.0/24");
      record.from.push_back(*range);
    }
    return true;
  }

  std::string place_;
  std::vector<std::string>& faults_;
};

std::string Line(const TokenRecord& record) {
  JsonWriter writer;
  writer.BeginObject().Field("name", record.name).Field("hash", record.hash);
  writer.Field("scope", ScopeName(record.scope));
  if (!record.from.empty()) {
    writer.Key("from").BeginList();
    for (const AddressRange& range : record.from) writer.Value(range.text);
    writer.EndList();
  }
  if (record.expires) writer.Field("expires", FormatUtc(*record.expires));
  writer.Field("created", FormatUtc(record.created)).EndObject();
  return writer.Take();
}

std::string SystemError(const std::string& path) {
  return path + ": cannot be written: " + std::generic_category().message(errno);
}

/// Closes and, unless Keep() was called, removes the half-written file.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  }
  ~NewFile() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    if (!kept_) unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  void Keep() { kept_ = true; }

 private:
  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

}  // namespace

std::optional<std::string> MakeToken() {
  std::array<unsigned char, kTokenBytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return std::nullopt;
  return "antx_" + Base64Url(bytes.data(), bytes.size());
}

std::string TokenHash(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return "";
  }
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kHex[digest.at(i) >> 4U];
    text += kHex[digest.at(i) & 15U];
  }
  return text;
}

const TokenRecord* FindToken(const std::vector<TokenRecord>& tokens, std::string_view token) {
  const std::string hash = TokenHash(token);
  const TokenRecord* found = nullptr;
  for (const TokenRecord& record : tokens) {
    if (record.hash.size() == hash.size() &&
        CRYPTO_memcmp(record.hash.data(), hash.data(), hash.size()) == 0) {
      found = &record;
    }
  }
  return found;
}

std::vector<TokenRecord> ParseTokens(std::string_view text, const std::string& name,
                                     std::vector<std::string>& faults) {
  std::vector<TokenRecord> tokens;
  std::set<std::string> names;
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::string place = name + ':' + std::to_string(number);
    auto record = LineReader(place, faults).Read(line);
    if (!record) continue;
    if (!names.insert(record->name).second) {
      faults.push_back(place + ": the name \"" + record->name + "\" stands here twice");
      continue;
    }
    tokens.push_back(std::move(*record));
  }
  return tokens;
}

std::vector<TokenRecord> ReadTokens(const std::string& path, std::vector<std::string>& faults) {
  if (path.empty()) return {};
  const FileText file = ReadTextFile(path, kMostBytes);
  if (file.text) return ParseTokens(*file.text, path, faults);
  faults.push_back("web.tokens_file " + path + ": " + file.fault +
                   (file.absent ? "; `antminer_exporter token create` makes it" : ""));
  return {};
}

std::string WriteTokens(const std::string& path, const std::vector<TokenRecord>& tokens) {
  std::string text;
  for (const TokenRecord& record : tokens) text += Line(record);
  const std::string draft = path + ".new";
  (void)unlink(draft.c_str());  // What a run that was killed left behind.
  NewFile file(draft);
  if (file.descriptor() < 0) return SystemError(draft);
  struct stat old {};
  if (stat(path.c_str(), &old) == 0) {
    const bool same = fchown(file.descriptor(), old.st_uid, old.st_gid) == 0;
    if (same && fchmod(file.descriptor(), old.st_mode & 0777U) != 0) return SystemError(draft);
  }
  if (!WriteAll(file.descriptor(), text)) return SystemError(draft);
  if (rename(draft.c_str(), path.c_str()) != 0) return SystemError(path);
  file.Keep();
  return "";
}

std::optional<AddressRange> ParseTokenRange(std::string_view text, std::string& fault) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = Ipv4::Parse(text.substr(0, slash));
  const auto prefix = ParseInt(text.substr(std::min(slash + 1, text.size())));
  if (!address || slash == text.size() || !prefix) {
    std::string warning;
    return ParseRange(text, fault, warning);
  }
  const Ipv4Network network{*address, static_cast<int>(std::clamp<std::int64_t>(*prefix, 0, 32))};
  if (*prefix < 0 || *prefix > 32 || (address->value & ~network.Mask()) != 0) {
    fault = "must be a network such as 192.168.1.0/24: a prefix from 0 to 32, no host bits";
    return std::nullopt;
  }
  return AddressRange{*address, {address->value | ~network.Mask()}, std::string(text), false};
}

std::string TokenNameFault(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kMostNameBytes &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') ||
                             std::string_view(" ._@-").find(c) != std::string_view::npos;
                    });
  return good ? "" : "name must be 1 to 64 letters, digits, blanks and ._@-";
}

}  // namespace antx
