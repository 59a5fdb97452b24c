#include "net/disk_pool.hpp"

#include <csignal>

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

std::size_t while_blocked(std::size_t threads, const SignalsBlocked&) {
    return threads;
}

}  // namespace

// The temporary lives until the pool is made.
DiskQueue::DiskQueue(std::size_t threads) : threads_(while_blocked(threads, SignalsBlocked{})) {}

void DiskQueue::close() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    threads_.join();
}

DiskQueue::Admission DiskQueue::admission() {
    const std::scoped_lock lock(mutex_);
    return closed_ ? Admission::refused : Admission::admitted;
}

}  // namespace gnutella::net
