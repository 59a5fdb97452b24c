#pragma once

#include "awaiting.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace gnut {

/// Waits for standard input and leaves it as it is. What Asio waits for itself it makes non-blocking, and with it the
/// terminal for every program that has it: what is written faster than it is shown would be lost.
class StandardInput {
  public:
    /// @throws std::system_error when the system has no more descriptors.
    explicit StandardInput(const boost::asio::any_io_executor& executor);

    /// Waits until bytes can be read, or the end: at once where reading never waits, as from a file.
    /// @return false when the program ends before that.
    awaitable<bool> readable();

  private:
    bool is_readable();

    boost::asio::posix::stream_descriptor readiness_;  // an epoll of it alone
    bool never_waits_ = false;
};

}  // namespace gnut
