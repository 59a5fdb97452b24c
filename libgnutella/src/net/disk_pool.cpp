#include "net/disk_pool.hpp"

#include <csignal>
#include <utility>

namespace gnutella::net {

namespace {

// Threads made while this lives inherit a mask under which no signal of the program's is handled on them. SIGPIPE is
// among them, which sendfile(2), unlike send(2), cannot be told not to raise. Faults stay what they are.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t blocked;
        sigfillset(&blocked);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
            sigdelset(&blocked, fault);
        }
        pthread_sigmask(SIG_SETMASK, &blocked, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

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
