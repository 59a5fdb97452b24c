#include "shared_stream.hpp"

#include <boost/asio/post.hpp>

#include <sys/epoll.h>

#include <cerrno>
#include <system_error>

namespace gnut {

SharedStream::SharedStream(const boost::asio::any_io_executor& executor, int descriptor, For use)
    : readiness_(executor) {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        throw std::system_error(errno, std::generic_category(), "standard input or output cannot be waited for");
    }
    readiness_.assign(epoll);
    epoll_event wanted{use == For::reading ? EPOLLIN : EPOLLOUT, {}};
    never_waits_ = ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &wanted) != 0;  // a file on disk, or /dev/null
}

awaitable<bool> SharedStream::ready() {
    co_await boost::asio::post(readiness_.get_executor(), as_result);
    while (!is_ready()) {
        const auto [error] = co_await readiness_.async_wait(boost::asio::posix::descriptor_base::wait_read, as_result);
        if (error) {
            co_return false;
        }
    }
    co_return true;
}

bool SharedStream::is_ready() {
    epoll_event event{};
    return never_waits_ || ::epoll_wait(readiness_.native_handle(), &event, 1, 0) == 1;
}

}  // namespace gnut
