#include "net/sendfile.hpp"
#include "net/no_throw.hpp"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace gnutella::net {

namespace {

// Sent between two looks at whether the file has changed.
constexpr std::uint64_t chunk = 1024 * 1024;
// Sent before another upload gets its turn on the thread.
constexpr std::uint64_t turn = 8 * chunk;

struct Sent {
    std::uint64_t bytes = 0;
    error_code error;
    /// The socket's buffer is full.
    bool blocked = false;
};

Sent send_until_blocked(int socket, const ServedFile& file, transfer::ByteRange range) {
    Sent sent;
    auto offset = static_cast<off_t>(range.first);
    const std::uint64_t most = std::min(range.length, turn);
    while (sent.bytes < most) {
        if (file.has_changed()) {
            sent.error = Error::file_changed;
            return sent;
        }
        const ssize_t count = ::sendfile(socket, file.descriptor(), &offset,
                                         static_cast<std::size_t>(std::min(chunk, most - sent.bytes)));
        if (count > 0) {
            sent.bytes += static_cast<std::uint64_t>(count);
        } else if (count == 0) {
            sent.error = Error::file_changed;  // it ends before its end: it was cut
            return sent;
        } else if (errno == EAGAIN) {
            sent.blocked = true;
            return sent;
        } else if (errno != EINTR) {
            sent.error = error_code(errno, boost::system::system_category());
            return sent;
        }
    }
    return sent;
}

}  // namespace

std::size_t read_file_at(const ServedFile& file, std::uint64_t offset, std::byte* to, std::size_t most) noexcept {
    ssize_t got = 0;
    do {
        got = ::pread(file.descriptor(), to, most, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

boost::asio::awaitable<error_code> send_file(boost::asio::ip::tcp::socket& socket, std::shared_ptr<DiskQueue> disk,
                                             std::string_view head, const ServedFile& file, transfer::ByteRange range,
                                             const SendProgress& progress) {
    // The head travels in the first packet of the body.
    const int flags = range.length > 0 ? MSG_MORE : 0;
    while (!head.empty()) {
        const auto buffer = boost::asio::buffer(head);
        auto [error, written] = co_await socket.async_send(buffer, flags, no_throw);
        if (error) {
            co_return error;
        }
        head.remove_prefix(written);
    }
    error_code error;
    socket.native_non_blocking(true, error);
    while (!error && range.length > 0) {
        const auto send = [descriptor = socket.native_handle(), &file, range] {
            return send_until_blocked(descriptor, file, range);
        };
        const Sent sent = co_await on_disk(disk, send);
        range.first += sent.bytes;
        range.length -= sent.bytes;
        if (sent.bytes > 0) {
            progress(sent.bytes);
        }
        error = sent.error;
        if (sent.blocked) {
            std::tie(error) = co_await socket.async_wait(boost::asio::ip::tcp::socket::wait_write, no_throw);
        }
    }
    co_return error;
}

}  // namespace gnutella::net
