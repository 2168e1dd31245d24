// Any bytes as YAML file, as .env, as inventory CSV, as a range and as a value. The first
// byte picks which.
#include <cstdint>
#include <string>
#include <vector>

#include "config/dotenv.h"
#include "config/inventory_csv.h"
#include "config/keys.h"
#include "config/load.h"
#include "config/yaml_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string> faults;
  switch (data[0] % 5) {
    case 0:
      (void)antx::ReadYaml(text, "f.yml", faults);
      break;
    case 1:
      (void)antx::ParseDotenv(text, ".env", faults);
      break;
    case 2:
      (void)antx::ParseInventoryCsv(text, "f.csv", faults);
      break;
    case 3: {
      std::string fault;
      std::string warning;
      (void)antx::ParseRange(text, fault, warning);
      break;
    }
    default: {
      antx::Config config;
      for (const antx::Key& key : antx::AllKeys()) {
        // What a key takes it must give back in a form that it takes again.
        if (key.set(text, config) && !key.set(key.get(config), config)) __builtin_trap();
      }
    }
  }
  return 0;
}
