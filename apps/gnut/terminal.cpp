#include "terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace gnut {

bool is_terminal(int descriptor) noexcept {
    return ::isatty(descriptor) == 1;
}

bool is_in_foreground(int descriptor) noexcept {
    return ::tcgetpgrp(descriptor) == ::getpgrp();
}

bool can_edit_lines() noexcept {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment
    const char* term = std::getenv("TERM");
    return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

std::size_t terminal_columns(int descriptor) noexcept {
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return 80;
    }
    return std::max<std::size_t>(size.ws_col, 2);
}

bool is_writable_now(int descriptor) noexcept {
    pollfd wanted{descriptor, POLLOUT, 0};
    return ::poll(&wanted, 1, 0) == 1;
}

void have_own_output(int descriptor) noexcept {
    if (!is_terminal(descriptor)) {
        return;
    }
    const std::string itself = "/proc/self/fd/" + std::to_string(descriptor);
    const int own = ::open(itself.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own >= 0) {
        ::dup2(own, descriptor);
        ::close(own);
    }
}

}  // namespace gnut
