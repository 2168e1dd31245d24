// The configuration of Alertmanager as text. That Alertmanager takes it, routes and mails by it is
// tested in tests/alertmanager/ with the real programs.
#include "app/alertmanager_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antx {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

Config WithMail() {
  Config config;
  config.smtp.host = "mail.mine.test";
  config.smtp.username = "monitor@mine.test";
  config.smtp.password = "correct horse";
  config.alerts.email_to = {"ops@mine.test", "owner@mine.test"};
  return config;
}

TEST(FillMarks, PutsBlocksAtTheIndentationOfTheirLine) {
  EXPECT_EQ(FillMarks("a:\n  #@x\n  b: 1 #@y\nc\n", {{"x", {"p:", "  q"}}, {"y", {"b: 2"}}}),
            "a:\n  p:\n    q\n  b: 2\nc\n");
}

TEST(FillMarks, WithoutBlockOnlyTheMarkGoes) {
  EXPECT_EQ(FillMarks("a:\n  #@x\n  b: 1 #@y\n# about \"#@\" marks", {}),
            "a:\n  b: 1\n# about \"#@\" marks\n");
}

TEST(RenderAlertmanager, WithoutMailSettingsNobodyGetsMail) {
  const auto rendered = RenderAlertmanager(Config(), "");
  EXPECT_THAT(rendered.faults, IsEmpty());
  EXPECT_THAT(rendered.notes, ElementsAre(HasSubstr("nobody gets mail")));
  EXPECT_THAT(rendered.text, Not(HasSubstr("smtp_")));
  EXPECT_THAT(rendered.text, Not(HasSubstr("email_configs")));
  EXPECT_THAT(rendered.text, HasSubstr("repeat_interval: 30m\n"));
}

TEST(RenderAlertmanager, NoMarkIsLeft) {
  for (const Config& config : {Config(), WithMail()}) {
    const std::string text = RenderAlertmanager(config, "/run/smtp").text;
    EXPECT_THAT(text, Not(HasSubstr("\n  #@")));
    EXPECT_THAT(text, Not(HasSubstr("m #@")));
  }
}

TEST(RenderAlertmanager, MailSettingsWithoutThePassword) {
  Config config = WithMail();
  config.alerts.cooldown_minutes = 45;
  const auto rendered = RenderAlertmanager(config, "/run/secrets/smtp");
  EXPECT_THAT(rendered.faults, IsEmpty());
  EXPECT_THAT(rendered.notes, IsEmpty());
  for (const char* line :
       {"  smtp_smarthost: 'mail.mine.test:587'\n", "  smtp_from: 'monitor@mine.test'\n",
        "  smtp_require_tls: true\n", "  smtp_auth_username: 'monitor@mine.test'\n",
        "  smtp_auth_password_file: '/run/secrets/smtp'\n",
        "      - to: 'ops@mine.test, owner@mine.test'\n", "  repeat_interval: 45m\n"}) {
    EXPECT_THAT(rendered.text, HasSubstr(line));
  }
  EXPECT_THAT(rendered.text, Not(HasSubstr("correct horse")));
}

TEST(RenderAlertmanager, OnlyTheDigestKeepsQuietAboutTheEnd) {
  const std::string text = RenderAlertmanager(WithMail(), "/run/smtp").text;
  const auto resolved = [&text](const std::string& receiver) {
    const auto start = text.find("  - name: " + receiver);
    const auto key = text.find("send_resolved: ", start) + 15;
    return text.substr(key, text.find('\n', key) - key);
  };
  EXPECT_EQ(resolved("critical"), "true");
  EXPECT_EQ(resolved("warning"), "true");
  EXPECT_EQ(resolved("digest"), "false");
}

struct PortCase {
  int port;
  bool login;
  const char* require_tls;
  bool note;
};

class Ports : public ::testing::TestWithParam<PortCase> {};

TEST_P(Ports, StarttlsWhereAPasswordWouldBeSeen) {
  Config config = WithMail();
  config.smtp.port = GetParam().port;
  if (!GetParam().login) config.smtp.username = config.smtp.password = "";
  const auto rendered = RenderAlertmanager(config, GetParam().login ? "/run/smtp" : "");
  EXPECT_THAT(rendered.text, HasSubstr(std::string("smtp_require_tls: ") + GetParam().require_tls));
  EXPECT_EQ(!rendered.notes.empty(), GetParam().note);
  EXPECT_EQ(rendered.text.find("smtp_auth") != std::string::npos, GetParam().login);
}

INSTANTIATE_TEST_SUITE_P(
    Mail, Ports,
    ::testing::Values(PortCase{465, true, "false", false}, PortCase{465, false, "false", false},
                      PortCase{587, true, "true", false}, PortCase{587, false, "true", false},
                      PortCase{25, true, "true", false}, PortCase{25, false, "false", true},
                      PortCase{2525, true, "true", false}));

TEST(RenderAlertmanager, SenderIsAnAddress) {
  Config config = WithMail();
  config.smtp.username = "monitor";
  EXPECT_THAT(RenderAlertmanager(config, "/f").text, HasSubstr("smtp_from: 'ops@mine.test'"));
}

TEST(RenderAlertmanager, QuotesForYaml) {
  Config config = WithMail();
  config.smtp.host = "fe80::1";
  config.smtp.username = "o'hara: #1";
  const std::string text = RenderAlertmanager(config, "/run/it's").text;
  EXPECT_THAT(text, HasSubstr("smtp_smarthost: '[fe80::1]:587'\n"));
  EXPECT_THAT(text, HasSubstr("smtp_auth_username: 'o''hara: #1'\n"));
  EXPECT_THAT(text, HasSubstr("smtp_auth_password_file: '/run/it''s'\n"));
}

TEST(RenderAlertmanager, HalfSetMailIsAFault) {
  Config config = WithMail();
  config.smtp.host = "";
  EXPECT_THAT(RenderAlertmanager(config, "").faults, ElementsAre(StartsWith("SMTP_SERVER: ")));
  config = WithMail();
  config.alerts.email_to.clear();
  const auto rendered = RenderAlertmanager(config, "");
  EXPECT_THAT(rendered.faults, ElementsAre(StartsWith("ALERT_EMAIL: ")));
  EXPECT_EQ(rendered.text, "");
}

struct PlaceholderCase {
  const char* setting;
  const char* value;
};

class Placeholders : public ::testing::TestWithParam<PlaceholderCase> {};

Config WithSetting(const std::string& setting, const std::string& value) {
  Config config = WithMail();
  if (setting == "SMTP_SERVER") config.smtp.host = value;
  if (setting == "SMTP_USER") config.smtp.username = value;
  if (setting == "SMTP_PASSWORD") config.smtp.password = value;
  if (setting == "ALERT_EMAIL") config.alerts.email_to.push_back(value);
  return config;
}

TEST_P(Placeholders, AreRefusedWithTheNameOfTheSetting) {
  const auto [setting, value] = GetParam();
  const auto rendered = RenderAlertmanager(WithSetting(setting, value), "/run/smtp");
  ASSERT_THAT(rendered.faults,
              ElementsAre(AllOf(StartsWith(std::string(setting) + ": "), HasSubstr("; set "))));
  if (setting == std::string("SMTP_PASSWORD")) {
    EXPECT_THAT(rendered.faults.front(), Not(HasSubstr(std::string("\"") + value)));
  }
}

INSTANTIATE_TEST_SUITE_P(Mail, Placeholders,
                         ::testing::Values(PlaceholderCase{"SMTP_SERVER", "smtp.example.com"},
                                           PlaceholderCase{"SMTP_SERVER", "smtp.yourdomain.net"},
                                           PlaceholderCase{"ALERT_EMAIL", "you@example.org"},
                                           PlaceholderCase{"ALERT_EMAIL", "ops@mail.invalid"},
                                           PlaceholderCase{"ALERT_EMAIL", "changeme@mine.test"},
                                           PlaceholderCase{"ALERT_EMAIL", "{{x}}@mine.test"},
                                           PlaceholderCase{"SMTP_USER", "${SMTP_USER}"},
                                           PlaceholderCase{"SMTP_USER", "your_email@gmail.com"},
                                           PlaceholderCase{"SMTP_PASSWORD", "${SMTP_PASSWORD}"},
                                           PlaceholderCase{"SMTP_PASSWORD", "<password>"},
                                           PlaceholderCase{"SMTP_PASSWORD", "ChangeMe"},
                                           PlaceholderCase{"SMTP_PASSWORD", "****"}));

class GoodValues : public ::testing::TestWithParam<PlaceholderCase> {};

TEST_P(GoodValues, AreTaken) {
  const auto [setting, value] = GetParam();
  EXPECT_THAT(RenderAlertmanager(WithSetting(setting, value), "/run/smtp").faults, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Mail, GoodValues,
                         ::testing::Values(PlaceholderCase{"SMTP_SERVER", "myexample.com"},
                                           PlaceholderCase{"SMTP_SERVER", "127.0.0.1"},
                                           PlaceholderCase{"ALERT_EMAIL", "root@localhost"},
                                           PlaceholderCase{"ALERT_EMAIL", "a+b@mine.test"},
                                           PlaceholderCase{"SMTP_USER", "apikey"},
                                           PlaceholderCase{"SMTP_PASSWORD", "a<b>{{c}}changeme"}));

}  // namespace
}  // namespace antx
