// A page as one text.
#pragma once

#include <string>

#include "metrics/page.h"

namespace antx {

template <class Write>
std::string Render(Format format, Write write) {
  std::string text;
  Page page(format, [&](std::string_view piece) {
    text.append(piece);
    return true;
  });
  write(page);
  page.End();
  return text;
}

}  // namespace antx
