#include "net/disk_pool.hpp"

#include "net/signals_blocked.hpp"

#include <utility>

namespace gnutella::net {

DiskQueue::DiskQueue(std::size_t threads) : jobs_(static_cast<int>(threads)) {
    const SignalsBlocked blocked;
    try {
        while (threads_.size() < threads) {
            threads_.emplace_back([this] { jobs_.run(); });
        }
    } catch (...) {  // there are no more: those that are there would wait for ever
        close();
        throw;
    }
}

void DiskQueue::close() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    open_.reset();
    for (std::thread& thread : std::exchange(threads_, {})) {
        thread.join();
    }
}

DiskQueue::Admission DiskQueue::admission() {
    const std::scoped_lock lock(mutex_);
    return closed_ ? Admission::refused : Admission::admitted;
}

}  // namespace gnutella::net
