#include "market/tariff.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "config/tariff.h"

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

SystemTime At(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
              int second = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         hours(hour) + minutes(minute) + seconds(second);
}

Tariff Make(const std::string& periods, const std::string& zone = "UTC", double flat = 0.1) {
  return Tariff({flat, zone, ParseTariff(periods).value()});
}

double Cost(const Tariff& tariff, SystemTime from, SystemTime to, double kwh) {
  double cost = 0;
  double shares = 0;
  for (const Tariff::Part& part : tariff.Divide(from, to)) {
    cost += part.price * part.share * kwh;
    shares += part.share;
  }
  EXPECT_NEAR(shares, 1, 1e-9);
  return cost;
}

TEST(Tariff, FlatWithoutPeriods) { EXPECT_EQ(Make("").PriceAt(At(2025, 9, 11, 12)), 0.1); }

TEST(Tariff, TheBeginBelongsToAPeriodAndTheEndDoesNot) {
  const Tariff tariff = Make("mon-fri 07:00-21:00 0.25");
  // 2025-09-11 is a Thursday.
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 11, 6, 59, 59)), 0.1);
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 11, 7)), 0.25);
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 11, 20, 59, 59)), 0.25);
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 11, 21)), 0.1);
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 13, 12)), 0.1) << "Saturday";
}

TEST(Tariff, OverMidnightTheWeekdayOfTheBeginCounts) {
  const Tariff tariff = Make("fri 22:00-06:00 0.05");
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 12, 22)), 0.05) << "Friday night";
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 13, 5, 59)), 0.05) << "Saturday morning belongs to Friday";
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 13, 6)), 0.1);
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 12, 5)), 0.1) << "Friday morning belongs to Thursday";
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 13, 22)), 0.1) << "Saturday night";
  const Tariff sunday = Make("sun 22:00-06:00 0.05");
  EXPECT_EQ(sunday.PriceAt(At(2025, 9, 15, 3)), 0.05) << "over the end of the week";
}

TEST(Tariff, TheFirstPeriodThatFitsHolds) {
  const Tariff tariff = Make("mon 10:00-11:00 1, daily 00:00-24:00 0.5");
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 15, 10, 30)), 1);
  EXPECT_EQ(tariff.PriceAt(At(2025, 9, 15, 11)), 0.5);
}

TEST(Tariff, FollowsTheWallClockThroughDaylightSaving) {
  const Tariff tariff = Make("daily 07:00-21:00 0.25", "Europe/Berlin");
  EXPECT_EQ(tariff.PriceAt(At(2025, 1, 15, 5, 59)), 0.1);
  EXPECT_EQ(tariff.PriceAt(At(2025, 1, 15, 6)), 0.25) << "7 o'clock in winter";
  EXPECT_EQ(tariff.PriceAt(At(2025, 7, 15, 4, 59)), 0.1);
  EXPECT_EQ(tariff.PriceAt(At(2025, 7, 15, 5)), 0.25) << "7 o'clock in summer";
}

TEST(Tariff, TheHourThatIsSkippedCostsNothing) {
  // On 2025-03-30 02:00 becomes 03:00: the period has no minute on that day.
  const Tariff tariff = Make("daily 02:00-03:00 1", "Europe/Berlin", 0);
  EXPECT_EQ(Cost(tariff, At(2025, 3, 29, 23), At(2025, 3, 30, 22), 23), 0);
  EXPECT_NEAR(Cost(tariff, At(2025, 3, 28, 23), At(2025, 3, 29, 23), 24), 1, 1e-9);
}

TEST(Tariff, TheHourThatComesTwiceCostsTwice) {
  const Tariff tariff = Make("daily 02:00-03:00 1", "Europe/Berlin", 0);
  EXPECT_NEAR(Cost(tariff, At(2025, 10, 25, 22), At(2025, 10, 26, 23), 25), 2, 1e-9);
}

TEST(Tariff, ASpanDividesAtEachChange) {
  const Tariff tariff = Make("daily 07:00-21:00 0.25");
  // 30 minutes at 0.1 and 10 at 0.25.
  EXPECT_NEAR(Cost(tariff, At(2025, 9, 11, 6, 30), At(2025, 9, 11, 7, 10), 40), 3 + 2.5, 1e-9);
  // Two thirds of this minute lie before the change.
  EXPECT_NEAR(Cost(tariff, At(2025, 9, 11, 6, 59, 20), At(2025, 9, 11, 7, 0, 20), 3), 0.2 + 0.25,
              1e-9);
  const auto parts = tariff.Divide(At(2025, 9, 11), At(2025, 9, 12));
  EXPECT_EQ(parts.size(), 2U) << "one part for each price, however often it changes";
}

TEST(Tariff, AnEmptyOrAbsurdSpanHasThePriceOfItsEnd) {
  const Tariff tariff = Make("daily 07:00-21:00 0.25");
  for (const SystemTime from : {At(2025, 9, 11, 8), At(2025, 9, 12), At(1970, 1, 1)}) {
    const auto parts = tariff.Divide(from, At(2025, 9, 11, 8));
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].price, 0.25);
    EXPECT_EQ(parts[0].share, 1);
  }
}

TEST(TariffBook, MinerBeforeSiteBeforeStandard) {
  ProfitabilityConfig config;
  config.tariff = {0.12, "Europe/Berlin", ParseTariff("daily 07:00-21:00 0.25").value()};
  config.sites["flat"] = {0.05, "", std::nullopt};
  config.sites["own"] = {std::nullopt, "America/Chicago", ParseTariff("daily 15:00-19:00 1")};
  config.sites["zone"] = {std::nullopt, "America/Chicago", std::nullopt};
  const TariffBook book(config);
  const SystemTime noon = At(2025, 7, 15, 12);  // 14:00 in Berlin, 07:00 in Chicago.
  MinerLabels labels;
  EXPECT_EQ(book.Of(labels)->PriceAt(noon), 0.25);
  labels.site = "elsewhere";
  EXPECT_EQ(book.Of(labels)->PriceAt(noon), 0.25);
  labels.site = "flat";
  EXPECT_EQ(book.Of(labels)->PriceAt(noon), 0.05);
  labels.site = "own";
  EXPECT_EQ(book.Of(labels)->PriceAt(noon), 0.12) << "periods of its own, the price of all";
  EXPECT_EQ(book.Of(labels)->PriceAt(At(2025, 7, 15, 20)), 1);
  labels.site = "zone";
  EXPECT_EQ(book.Of(labels)->PriceAt(At(2025, 7, 15, 11, 59)), 0.12) << "the same hours there";
  EXPECT_EQ(book.Of(labels)->PriceAt(noon), 0.25);
  const std::map<std::string, double> sites = {{"flat", 0.05}, {"own", 0.12}, {"zone", 0.25}};
  EXPECT_EQ(book.SitePrices(noon), sites);
  labels.power_price_per_kilowatt_hour = 0.3;
  EXPECT_EQ(book.Of(labels)->PriceAt(noon), 0.3);
}

}  // namespace
}  // namespace antx
