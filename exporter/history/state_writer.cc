#include "history/state_writer.h"

#include <pthread.h>

#include <utility>

namespace antx {

StateWriter::StateWriter(StateStore store, Report report)
    : store_(std::move(store)), report_(std::move(report)), thread_([this] { Run(); }) {}

StateWriter::~StateWriter() {
  waiting_.Close();
  thread_.join();
}

void StateWriter::Run() {
  pthread_setname_np(pthread_self(), "history");
  while (const auto miners = waiting_.Pop()) {
    const auto saved = store_.Save(*miners);
    report_({miners->size(), saved.has_error() ? saved.error().detail : std::string()});
  }
}

}  // namespace antx
