#include "model/maintenance.h"

#include <stdexcept>

namespace antx {

void throw_exception_from_error(const MaintenanceError& error,
                                const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked MaintenanceError: " + error.detail);
}

}  // namespace antx
