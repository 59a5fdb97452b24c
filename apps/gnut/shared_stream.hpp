#pragma once

#include "awaiting.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>

namespace gnut {

/// Waits for standard input, or output, and leaves it as it is. What Asio waits for itself it makes non-blocking, and
/// with it the terminal for every program that has it: what is written faster than it is shown would be lost.
class SharedStream {
  public:
    enum class For : std::uint8_t { reading, writing };

    /// @throws std::system_error when the system has no more descriptors.
    SharedStream(const boost::asio::any_io_executor& executor, int descriptor, For use);

    /// Waits until bytes can be read, or the end; until some can be written. Where that never waits, as with a file,
    /// others have their turn all the same.
    /// @return false when the program ends before that.
    awaitable<bool> ready();

  private:
    bool is_ready();

    boost::asio::posix::stream_descriptor readiness_;  // an epoll of it alone
    bool never_waits_ = false;
};

}  // namespace gnut
