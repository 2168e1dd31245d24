// What all pages share: the frame around them, their headers, and what they look at.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/context.h"
#include "api/http_types.h"
#include "api/pages/html.h"

namespace antx::pages {

/// One request's picture of the world: everything on a page comes from the same moment.
struct View {
  explicit View(const ApiContext& given)
      : context(given),
        snapshot(given.box.Latest()),
        config(given.config()),
        now(given.clock.Now()) {}

  [[nodiscard]] double Age(SystemTime time) const { return UnixSeconds(now) - UnixSeconds(time); }
  [[nodiscard]] double Interval() const { return config->polling.interval.count(); }

  const ApiContext& context;
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const Config> config;
  SystemTime now;
};

struct Frame {
  std::string title;
  std::string_view active;  ///< Path of the entry in the navigation.
  int status = 200;
  bool refresh = true;  ///< Brings itself up to date.
  bool search = true;   ///< A search field in the head (pages with one of their own have none).
};

/// A whole page. `before` and `after` stay while `live` is brought up to date: forms belong there.
[[nodiscard]] HttpResponse Page(const View& view, const Frame& frame, const Html& before,
                                const Html& live, const Html& after = Html());
/// A page that says what is wrong: 400, 404.
[[nodiscard]] HttpResponse FaultPage(const View& view, int status, std::string_view title,
                                     std::string_view detail);

/// "12 s ago", counted on by the script of the page.
[[nodiscard]] Html Ago(const View& view, SystemTime time);
/// "for 12 s", likewise.
[[nodiscard]] Html For(const View& view, SystemTime since);
/// Path of a miner's page.
[[nodiscard]] std::string MinerPath(const MinerView& miner);

}  // namespace antx::pages
