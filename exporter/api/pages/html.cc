#include "api/pages/html.h"

#include "api/http_types.h"

namespace antx::pages {

Html& Html::operator<<(std::string_view text) {
  // Most texts hold nothing to escape.
  bool plain = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    plain = plain && byte >= 0x20 && byte < 0x7f && c != '<' && c != '>' && c != '&' && c != '"' &&
            c != '\'';
  }
  if (plain) {
    text_ += text;
  } else {
    text_ += HtmlEscaped(text);
  }
  return *this;
}

}  // namespace antx::pages
