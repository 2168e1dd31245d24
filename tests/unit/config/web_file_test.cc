#include "config/web_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"

namespace antx {
namespace {

using std::chrono::duration;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kHash = "$2y$10$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";

std::vector<std::string> FaultsOf(const std::string& text) {
  std::vector<std::string> faults;
  (void)ParseWebFile(text, "/etc/x/web.yml", faults);
  return faults;
}

TEST(WebFile, TakesEverythingOfTheFormat) {
  std::vector<std::string> faults;
  const WebFile file =
      ParseWebFile(std::string("tls_server_config:\n"
                               "  cert_file: server.crt\n"
                               "  key_file: /keys/server.key\n"
                               "  client_ca: |\n    -----BEGIN\n    x\n"
                               "  client_auth_type: RequireAndVerifyClientCert\n"
                               "  client_allowed_sans: [prometheus.example]\n"
                               "  min_version: TLS12\n  max_version: TLS13\n"
                               "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n"
                               "  prefer_server_cipher_suites: false\n"
                               "  curve_preferences: [X25519]\n"
                               "http_server_config:\n"
                               "  http2: true\n"
                               "  headers:\n"
                               "    Strict-Transport-Security: max-age=600\n"
                               "    X-Frame-Options:\n"
                               "basic_auth_users:\n  ann: ") +
                       kHash +
                       "\n"
                       "rate_limit: {interval: 250ms, burst: 20}\n",
                   "/etc/x/web.yml", faults);
  EXPECT_THAT(faults, IsEmpty());
  ASSERT_TRUE(file.tls);
  EXPECT_EQ(file.tls->certificate.file, "/etc/x/server.crt");
  EXPECT_EQ(file.tls->key.file, "/keys/server.key");
  EXPECT_EQ(file.tls->client_ca.text, "-----BEGIN\nx\n");
  EXPECT_EQ(file.tls->client_auth, ClientAuth::kRequireAndVerify);
  EXPECT_THAT(file.tls->client_allowed_sans, ElementsAre("prometheus.example"));
  EXPECT_FALSE(file.tls->prefer_server_cipher_suites);
  EXPECT_THAT(file.tls->curves, ElementsAre("X25519"));
  EXPECT_EQ(file.headers.at("Strict-Transport-Security"), "max-age=600");
  EXPECT_EQ(file.headers.at("X-Frame-Options"), "");
  EXPECT_EQ(file.users.at("ann"), kHash);
  ASSERT_TRUE(file.rate_limit);
  EXPECT_EQ(file.rate_limit->interval, duration<double>(0.25));
  EXPECT_EQ(file.rate_limit->burst, 20);
}

TEST(WebFile, EmptyMeansNothingIsSet) {
  std::vector<std::string> faults;
  EXPECT_EQ(ParseWebFile("", "w", faults), WebFile());
  EXPECT_EQ(ParseWebFile("basic_auth_users:\nrate_limit: {interval: 0}\n", "w", faults), WebFile());
  EXPECT_EQ(ReadWebFile("", faults), WebFile());
  EXPECT_THAT(faults, IsEmpty());
}

TEST(WebFile, FaultsNameThePlaceAndWhatIsAllowed) {
  EXPECT_THAT(FaultsOf("tls_config: {}\n"),
              ElementsAre(HasSubstr("/etc/x/web.yml:1:1: unknown field \"tls_config\"; known: ")));
  EXPECT_THAT(FaultsOf("tls_server_config: {cert_file: a, key_file: b, cypher: x}\n"),
              ElementsAre(HasSubstr("unknown field \"cypher\" in tls_server_config")));
  EXPECT_THAT(FaultsOf("tls_server_config: {cert_file: a}\n"),
              ElementsAre(HasSubstr("TLS needs key_file or key")));
  EXPECT_THAT(FaultsOf("tls_server_config: {cert_file: a, cert: b, key_file: c}\n"),
              ElementsAre(HasSubstr("cert and cert_file are both set")));
  const std::string pair = "tls_server_config: {cert_file: a, key_file: b, ";
  EXPECT_THAT(FaultsOf(pair + "min_version: TLS10}\n"),
              ElementsAre(HasSubstr("min_version must be TLS12 or TLS13")));
  EXPECT_THAT(FaultsOf(pair + "min_version: TLS13, max_version: TLS12}\n"),
              ElementsAre(HasSubstr("min_version is above max_version")));
  EXPECT_THAT(FaultsOf(pair + "client_auth_type: Yes}\n"),
              ElementsAre(HasSubstr("client_auth_type must be one of NoClientCert, ")));
  EXPECT_THAT(FaultsOf(pair + "client_auth_type: RequireAndVerifyClientCert}\n"),
              ElementsAre(HasSubstr("needs client_ca_file")));
  EXPECT_THAT(FaultsOf(pair + "client_ca_file: c}\n"),
              ElementsAre(HasSubstr("a client CA has no effect")));
  EXPECT_THAT(FaultsOf(pair + "client_allowed_sans: [a]}\n"),
              ElementsAre(HasSubstr("client_allowed_sans needs")));
  EXPECT_THAT(FaultsOf("http_server_config: {headers: {Server: x}}\n"),
              ElementsAre(HasSubstr("unknown header \"Server\"")));
  EXPECT_THAT(FaultsOf("http_server_config: {headers: {X-Frame-Options: \"a\\r\\nSet: b\"}}\n"),
              ElementsAre(HasSubstr("X-Frame-Options must be a text of one line")));
  EXPECT_THAT(FaultsOf("rate_limit: {interval: 1, burst: 0}\n"),
              ElementsAre(HasSubstr("interval must be a duration"), HasSubstr("burst must be")));
}

TEST(WebFile, APasswordInPlaceOfAHashIsRefusedAndNotShown) {
  const std::string cut = std::string(kHash).substr(0, 59);
  for (const std::string word : {"open-sesame", "$1$abc$def", "$2y$99$abc", cut.c_str()}) {
    const auto faults = FaultsOf("basic_auth_users: {ann: '" + word + "'}\n");
    ASSERT_EQ(faults.size(), 1U) << word;
    EXPECT_THAT(faults[0], HasSubstr("bcrypt"));
    EXPECT_EQ(faults[0].find(word), std::string::npos);
  }
}

TEST(WebFile, DurationsAreThoseOfGo) {
  EXPECT_EQ(ParseGoDuration("0"), duration<double>(0));
  EXPECT_EQ(ParseGoDuration("1s"), duration<double>(1));
  EXPECT_EQ(ParseGoDuration("1m30s"), duration<double>(90));
  EXPECT_EQ(ParseGoDuration("1.5h"), duration<double>(5400));
  for (const char* bad : {"", "1", "s", "-1s", "1x", "1s2", "1e9h", "90000s"}) {
    EXPECT_EQ(ParseGoDuration(bad), std::nullopt) << bad;
  }
}

TEST(ControlSettings, NeedACredentialAndALineThatNobodyReads) {
  const auto faults = [](std::map<std::string, std::string> environment) {
    ConfigSources sources;
    sources.dotenv_path = "";
    sources.environment = std::move(environment);
    sources.environment["CONTROL_ENABLED"] = "true";
    return LoadConfig(sources).faults;
  };
  EXPECT_THAT(faults({{"LISTEN_ADDRESS", "127.0.0.1:1"}}),
              ElementsAre(HasSubstr("control needs CONTROL_TOKEN")));
  EXPECT_THAT(faults({{"LISTEN_ADDRESS", "127.0.0.1:1"}, {"WEB_TOKENS_FILE", "t"}}), IsEmpty());
  EXPECT_THAT(faults({{"CONTROL_TOKEN", "word"}}),
              ElementsAre(HasSubstr("unencrypted to 0.0.0.0:14028")));
  EXPECT_THAT(faults({{"CONTROL_TOKEN", "word"}, {"CONTROL_ALLOW_PLAIN_HTTP", "true"}}), IsEmpty());
  EXPECT_THAT(faults({{"CONTROL_TOKEN", "word"}, {"CONTROL_LISTEN_ADDRESS", "127.0.0.1:14029"}}),
              IsEmpty());
}

TEST(ControlSettings, AWebFileWithFaultsIsAFaultOfTheSettings) {
  ConfigSources sources;
  sources.dotenv_path = "";
  sources.web_config_file = "/nowhere/web.yml";
  EXPECT_THAT(LoadConfig(sources).faults,
              ElementsAre(HasSubstr("--web.config.file /nowhere/web.yml: cannot be read")));
}

}  // namespace
}  // namespace antx
