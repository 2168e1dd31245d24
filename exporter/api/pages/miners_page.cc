// The list of all miners: search, filters, order and pages, all by links and forms.
#include <set>

#include "api/pages/pages.h"
#include "api/pages/parts.h"
#include "api/pages/words.h"

namespace antx::pages {
namespace {

void Select(Html& html, std::string_view name, std::string_view title,
            const std::set<std::string>& words, const std::string& chosen) {
  if (words.size() < 2 && chosen.empty()) return;
  html << "<label>" << title << "<select name=\"" << name << "\"><option value=\"\">all</option>";
  for (const std::string& word : words) {
    html << "<option";
    if (word == chosen) html << " selected";
    html << ">" << word << "</option>";
  }
  // A word from a link that no miner has (any more) stays visible as the reason for no rows.
  if (!chosen.empty() && !words.contains(chosen)) {
    html << "<option selected>" << chosen << "</option>";
  }
  html << "</select></label>";
}

void Hidden(Html& html, std::string_view name, const std::string& value) {
  html << "<input type=\"hidden\" name=\"" << name << "\" value=\"" << value << "\">";
}

Html FilterForm(const View& view, const MinerListQuery& query) {
  std::set<std::string> models, firmwares, sites;
  for (const auto& miner : view.snapshot->miners) {
    if (!miner->identity.model.empty()) models.insert(miner->identity.model);
    if (!miner->identity.firmware.empty()) firmwares.insert(miner->identity.firmware);
    if (!miner->facts.labels.site.empty()) sites.insert(miner->facts.labels.site);
  }
  Html html;
  html << "<form class=\"filters\" action=\"/dashboard/miners\" role=\"search\">"
          "<label class=\"grow\">Search<input id=\"q\" name=\"q\" type=\"search\" "
          "maxlength=\"200\" placeholder=\"id, address, model, MAC, site, pool, worker\" "
          "autocomplete=\"off\" value=\""
       << query.search << "\"></label>";
  Select(html, "model", "Model", models, query.model);
  Select(html, "firmware", "Firmware", firmwares, query.firmware);
  Select(html, "site", "Site", sites, query.site);
  if (!query.state.empty()) Hidden(html, "state", query.state);
  if (query.sort != "state" || !query.descending) {
    Hidden(html, "sort", query.sort);
    Hidden(html, "order", query.descending ? "desc" : "asc");
  }
  if (query.per_page != kDefaultPerPage) Hidden(html, "per_page", std::to_string(query.per_page));
  html << "<button>Filter</button>";
  if (query.Url() != "/dashboard/miners") {
    html << "<a class=\"reset\" href=\"/dashboard/miners\">Reset</a>";
  }
  html << "</form>";
  return html;
}

void PageLink(Html& html, MinerListQuery query, int page, std::string_view word,
              std::string_view relation, bool there) {
  query.page = page;
  if (there) {
    html << "<a href=\"" << query.Url() << "\" rel=\"" << relation << "\">" << word << "</a>";
  } else {
    html << "<span aria-disabled=\"true\">" << word << "</span>";
  }
}

Html Pager(const MinerListQuery& query, const MinerListAnswer& answer) {
  Html html;
  const int first = answer.found == 0 ? 0 : (answer.page - 1) * query.per_page + 1;
  html << "<nav class=\"pager\" aria-label=\"Pages of the list\"><span>" << Count(first) << "\u2013"
       << Count(first + static_cast<int>(answer.rows.size()) - (first > 0 ? 1 : 0)) << " of "
       << Count(answer.found) << "</span>";
  if (answer.pages > 1) {
    PageLink(html, query, 1, "First", "first", answer.page > 1);
    PageLink(html, query, answer.page - 1, "Previous", "prev", answer.page > 1);
    html << "<span>page " << answer.page << " of " << answer.pages << "</span>";
    PageLink(html, query, answer.page + 1, "Next", "next", answer.page < answer.pages);
    PageLink(html, query, answer.pages, "Last", "last", answer.page < answer.pages);
  }
  html << "</nav>";
  return html;
}

}  // namespace

HttpResponse MinersPage(const ApiContext& context, const HttpRequest& request) {
  const View view(context);
  const auto query = ParseMinerListQuery(request.query);
  if (!query.value) return FaultPage(view, 400, "That cannot be listed", query.error);
  const MinerListAnswer answer = SelectMiners(*view.snapshot, *query.value);
  Html fixed, live;
  fixed << "<h1>Miners</h1>" << FilterForm(view, *query.value);
  live << StateBar(TotalsOf(view.snapshot->miners), query.value->state);
  if (answer.found == 0) {
    live << "<p class=\"empty\">"
         << (view.snapshot->miners.empty() ? "No miner found yet." : "No miner fits.") << "</p>";
  } else {
    const Html pager = Pager(*query.value, answer);
    live << pager << MinerTable(view, answer.rows, &*query.value);
    if (answer.rows.size() > 15) live << pager;
  }
  Frame frame;
  frame.title = "Miners";
  frame.active = "/dashboard/miners";
  frame.search = false;
  return Page(view, frame, fixed, live);
}

}  // namespace antx::pages
