#pragma once

#include "net/disk_pool.hpp"
#include "net/no_throw.hpp"
#include "net/served_file.hpp"
#include "transfer/byte_range.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace gnutella::net {

/// Called on the connection's strand each time that bytes of a file have gone.
using SendProgress = std::function<void(std::uint64_t bytes)>;

/// Sends a head and then some bytes of a file. The bytes go from the page cache to the socket without passing through
/// here (sendfile(2)); it is the disk threads that wait for the disk, and nobody that waits for the far end.
/// @return file_changed when the file was changed or cut under way, after which the far end has too few bytes; what
///     the system says when the connection is lost.
boost::asio::awaitable<error_code> send_file(boost::asio::ip::tcp::socket& socket, std::shared_ptr<DiskQueue> disk,
                                             std::string_view head, const ServedFile& file, transfer::ByteRange range,
                                             const SendProgress& progress);

/// Reads bytes of a file. Blocks. @return how many; 0 when the file ends there or cannot be read.
std::size_t read_file_at(const ServedFile& file, std::uint64_t offset, std::byte* to, std::size_t most) noexcept;

/// The same over any other stream, through a buffer.
template <class Stream>
boost::asio::awaitable<error_code> send_file(Stream& stream, std::shared_ptr<DiskQueue> disk, std::string_view head,
                                             const ServedFile& file, transfer::ByteRange range,
                                             const SendProgress& progress) {
    const auto head_buffer = boost::asio::buffer(head);
    auto [error, sent] = co_await boost::asio::async_write(stream, head_buffer, no_throw);
    if (error) {
        co_return error;
    }
    std::vector<std::byte> buffer(std::min<std::uint64_t>(range.length, 256 * 1024));
    while (range.length > 0) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), range.length));
        const auto read = [&file, &buffer, range, most]() -> std::size_t {
            return file.has_changed() ? 0 : read_file_at(file, range.first, buffer.data(), most);
        };
        const std::size_t got = co_await on_disk(disk, read);
        if (got == 0) {
            co_return Error::file_changed;
        }
        const auto body = boost::asio::buffer(buffer.data(), got);
        auto [write_error, written] = co_await boost::asio::async_write(stream, body, no_throw);
        progress(written);
        if (write_error) {
            co_return write_error;
        }
        range.first += got;
        range.length -= got;
    }
    co_return error_code{};
}

}  // namespace gnutella::net
