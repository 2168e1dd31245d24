// The configuration of Alertmanager from our settings: pure text work, no file is touched.
// The routes stand in alertmanager/alertmanager.yml, which is built in; marks in it are filled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace antx {

/// alertmanager/alertmanager.yml and antminer.tmpl as they were at build time.
[[nodiscard]] std::string_view AlertmanagerBase();
[[nodiscard]] std::string_view AlertmanagerTemplates();

/// The name under which the configuration refers to the templates, in its own folder.
inline constexpr std::string_view kAlertmanagerTemplatesName = "antminer.tmpl";

struct RenderedAlertmanager {
  std::string text;                 ///< Empty when there is a fault.
  std::vector<std::string> faults;  ///< One line each: setting, found, remedy. Never a secret.
  std::vector<std::string> notes;   ///< What the operator should know of this configuration.
};

/// @param password_file where Alertmanager finds the password; "" when there is none. The password
/// itself is looked at (a placeholder is a fault) and never written. Mail that would go nowhere is
/// a fault; no mail settings at all give a configuration that shows alerts and mails nobody.
[[nodiscard]] RenderedAlertmanager RenderAlertmanager(const Config& config,
                                                      const std::string& password_file);

/// Puts blocks of lines in place of the lines that end with "#@name", with the same indentation.
/// A line that is nothing but a mark without a block is left out; other text in front of such a
/// mark stays. Exposed for tests.
struct MarkedBlock {
  std::string_view name;
  std::vector<std::string> lines;
};
[[nodiscard]] std::string FillMarks(std::string_view base, const std::vector<MarkedBlock>& blocks);

}  // namespace antx
