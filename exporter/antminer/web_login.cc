// What is sent to log in where that is no HTTP authentication, and what comes back.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "antminer/tolerant_json.h"
#include "antminer/web.h"

namespace antx {
namespace {

namespace json = boost::json;

constexpr int kDepth = 16;

const json::object* ObjectAt(const json::object* object, std::string_view key) {
  const json::value* value = object == nullptr ? nullptr : object->if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

constexpr std::string_view kLoginMutation =
    "mutation($username:String!,$password:String!)"
    "{auth{login(username:$username,password:$password){...on VoidResult{void}}}}";

}  // namespace

std::optional<WebLoginRequest> LoginRequestFor(WebAuth auth, const std::string& username,
                                               const std::string& password) {
  const json::object pair{{"username", username}, {"password", password}};
  switch (auth) {
    case WebAuth::kBraiinsToken:
      return WebLoginRequest{"/api/v1/auth/login", json::serialize(pair)};
    case WebAuth::kBraiinsSession:
      return WebLoginRequest{"/graphql", json::serialize(json::object{{"query", kLoginMutation},
                                                                      {"variables", pair}})};
    case WebAuth::kNone:
    case WebAuth::kDigest:
      break;
  }
  return std::nullopt;
}

std::optional<std::string> LoginHeaderFrom(WebAuth auth, std::string_view body) {
  RepairCounts repairs{};
  const auto parsed = ParseTolerant(body, kDepth, {}, repairs);
  const json::object* root = parsed.has_value() ? parsed->if_object() : nullptr;
  if (root == nullptr) return std::nullopt;
  if (auth == WebAuth::kBraiinsToken) {
    const json::value* token = root->if_contains("token");
    if (token == nullptr || !token->is_string() || token->get_string().empty()) return std::nullopt;
    const std::string text(token->get_string());
    // It becomes a header: nothing may end the line.
    if (text.find_first_of("\r\n") != std::string::npos || text.size() > 4096) return std::nullopt;
    return "Authorization: " + text;
  }
  // The session comes as a cookie; the body tells whether the login was taken.
  const bool good = root->if_contains("errors") == nullptr &&
                    ObjectAt(ObjectAt(ObjectAt(root, "data"), "auth"), "login") != nullptr;
  return good ? std::optional<std::string>(std::string()) : std::nullopt;
}

}  // namespace antx
