#include "util/time_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

namespace antx {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

SystemTime At(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
              int second = 0) {
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
         hours(hour) + minutes(minute) + seconds(second);
}

std::shared_ptr<const TimeZone> Zone(const std::string& name) {
  auto zone = TimeZone::Load(name);
  EXPECT_NE(zone, nullptr) << name << ": is tzdata installed?";
  return zone ? zone : std::make_shared<const TimeZone>();
}

TEST(TimeZone, UtcNeedsNoFile) {
  const auto utc = TimeZone::Load("UTC", "/nowhere");
  ASSERT_NE(utc, nullptr);
  const LocalTime local = utc->Local(At(2025, 9, 11, 23, 59, 59));
  EXPECT_EQ(local.minute, 23 * 60 + 59);
  EXPECT_EQ(local.weekday, 3) << "a Thursday";
  EXPECT_EQ(local.day,
            sys_days(At(2025, 9, 11).time_since_epoch() / hours(24) * std::chrono::days(1)));
}

TEST(TimeZone, SwitchesToSummerAndBack) {
  const auto berlin = Zone("Europe/Berlin");
  EXPECT_EQ(berlin->OffsetAt(At(2025, 3, 30, 0, 59, 59)), hours(1));
  EXPECT_EQ(berlin->OffsetAt(At(2025, 3, 30, 1)), hours(2));
  EXPECT_EQ(berlin->OffsetAt(At(2025, 10, 26, 0, 59, 59)), hours(2));
  EXPECT_EQ(berlin->OffsetAt(At(2025, 10, 26, 1)), hours(1));
}

TEST(TimeZone, TheRuleAtTheEndOfTheFileHoldsForLaterYears) {
  const auto berlin = Zone("Europe/Berlin");
  EXPECT_EQ(berlin->OffsetAt(At(2090, 1, 15)), hours(1));
  EXPECT_EQ(berlin->OffsetAt(At(2090, 7, 15)), hours(2));
  EXPECT_EQ(berlin->OffsetAt(At(2090, 3, 26, 0, 59, 59)), hours(1)) << "the last Sunday";
  EXPECT_EQ(berlin->OffsetAt(At(2090, 3, 26, 1)), hours(2));
  const auto sydney = Zone("Australia/Sydney");  // Summer goes over the new year.
  EXPECT_EQ(sydney->OffsetAt(At(2090, 1, 15)), hours(11));
  EXPECT_EQ(sydney->OffsetAt(At(2090, 7, 15)), hours(10));
}

TEST(TimeZone, TheWallClockKnowsDayAndWeekday) {
  const LocalTime local = Zone("Asia/Kolkata")->Local(At(2025, 9, 14, 18, 45));
  EXPECT_EQ(local.minute, 15) << "half past five ahead";
  EXPECT_EQ(local.weekday, 0) << "already Monday";
  const LocalTime before = Zone("America/New_York")->Local(At(2025, 9, 15, 3, 59));
  EXPECT_EQ(before.weekday, 6) << "still Sunday";
  EXPECT_EQ(before.minute, 23 * 60 + 59);
}

TEST(TimeZone, TheCLibraryAgrees) {
  const char* old = std::getenv("TZ");
  const std::string saved = old == nullptr ? "" : old;
  for (const char* name : {"Europe/Berlin",
                           "Europe/London",
                           "Europe/Dublin",
                           "Europe/Moscow",
                           "Europe/Istanbul",
                           "America/New_York",
                           "America/Chicago",
                           "America/Denver",
                           "America/St_Johns",
                           "America/Sao_Paulo",
                           "America/Asuncion",
                           "America/Santiago",
                           "Asia/Almaty",
                           "Asia/Tehran",
                           "Asia/Kathmandu",
                           "Asia/Shanghai",
                           "Asia/Gaza",
                           "Africa/Casablanca",
                           "Africa/Cairo",
                           "Australia/Lord_Howe",
                           "Australia/Adelaide",
                           "Pacific/Chatham",
                           "Pacific/Apia",
                           "Etc/GMT+5",
                           "EST5EDT"}) {
    const auto zone = Zone(name);
    ASSERT_EQ(setenv("TZ", name, 1), 0);
    tzset();
    int wrong = 0;
    for (std::time_t t = 946'684'800; t < 2'900'000'000; t += 40'507) {  // 2000 to 2061.
      std::tm local{};
      ASSERT_NE(localtime_r(&t, &local), nullptr);
      if (zone->OffsetAt(std::chrono::system_clock::from_time_t(t)).count() == local.tm_gmtoff) {
        continue;
      }
      if (++wrong == 1) ADD_FAILURE() << name << " at " << t << ", expected " << local.tm_gmtoff;
    }
  }
  if (old == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", saved.c_str(), 1);
  }
  tzset();
}

TEST(TimeZone, WhatIsNoZoneIsRefused) {
  for (const char* name : {"", "Europe", "Europe/Nowhere", "../zoneinfo/UTC", "/etc/localtime",
                           "Europe/Berlin/", "zone.tab", "Europe Berlin"}) {
    EXPECT_EQ(TimeZone::Load(name), nullptr) << name;
  }
}

TEST(TimeZone, ACutFileIsRefusedAtEveryLength) {
  std::ifstream file("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ASSERT_GT(whole.size(), 500U);
  ASSERT_TRUE(TimeZone::Parse(whole));
  const std::size_t footer = whole.rfind('\n', whole.size() - 2);
  for (std::size_t size = 0; size < footer; ++size) {
    EXPECT_FALSE(TimeZone::Parse(whole.substr(0, size))) << size;
  }
  std::string broken = whole;
  broken.replace(footer + 1, 3, "123");
  EXPECT_FALSE(TimeZone::Parse(broken)) << "a rule that cannot be read";
}

TEST(DaylightRule, ReadsTheFormsThatFilesUse) {
  const auto berlin = ParseDaylightRule("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->standard, 3600);
  EXPECT_EQ(berlin->daylight, 7200);
  EXPECT_EQ(berlin->begin.week, 5);
  EXPECT_EQ(berlin->end.seconds, 3 * 3600);
  const auto howe = ParseDaylightRule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
  ASSERT_TRUE(howe);
  EXPECT_EQ(howe->standard, 37800);
  const auto nuuk = ParseDaylightRule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk);
  EXPECT_EQ(nuuk->begin.seconds, -3600);
  const auto always = ParseDaylightRule("XXX3EDT4,0/0,J365/23");
  ASSERT_TRUE(always);
  EXPECT_EQ(always->end.kind, DaylightRule::Change::Kind::kDayWithoutLeap);
  for (const char* text : {"", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "CET-999", "C-1"}) {
    EXPECT_FALSE(ParseDaylightRule(text)) << text;
  }
}

}  // namespace
}  // namespace antx
