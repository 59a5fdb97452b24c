#include "net/quic/quic_stream.hpp"
#include "net/no_throw.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// Read from the file at once. Half of what a stream takes before it is sent, so that reading and sending overlap.
constexpr std::size_t piece = 256 * 1024;

}  // namespace

asio::awaitable<void> end_stream(QuicStream& stream) {
    stream.shutdown_send();
    co_return;
}

asio::awaitable<error_code> send_file(QuicStream& stream, std::shared_ptr<DiskQueue> disk, std::string_view head,
                                      const ServedFile& file, transfer::ByteRange range, const SendProgress& progress) {
    const auto head_buffer = asio::buffer(head);
    const auto [head_error, head_sent] = co_await asio::async_write(stream, head_buffer, no_throw);
    if (head_error) {
        co_return head_error;
    }
    while (range.length > 0) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece, range.length));
        const auto [error, room] = co_await stream.async_prepare(size, no_throw);
        if (error) {
            co_return error;
        }
        const auto read = [&file, offset = range.first, to = room.data(), size]() -> std::size_t {
            return file.has_changed() ? 0 : read_file_at(file, offset, to, size);
        };
        const std::size_t got = co_await on_disk(disk, read);
        if (got == 0) {
            co_return Error::file_changed;
        }
        stream.commit(got);
        progress(got);
        range.first += got;
        range.length -= got;
    }
    co_return error_code{};
}

}  // namespace gnutella::net
