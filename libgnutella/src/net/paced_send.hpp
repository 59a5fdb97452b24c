#pragma once

#include "net/pacer.hpp"
#include "net/sendfile.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace gnutella::net {

/// send_file, no faster than the pacer lets it. Without a limit it is send_file itself.
/// @return what send_file does, or operation_aborted when the pacer was cancelled.
template <class Stream>
boost::asio::awaitable<error_code> send_file_paced(Stream& stream, Pacer& pacer, std::shared_ptr<DiskQueue> disk,
                                                   std::string_view head, const ServedFile& file,
                                                   transfer::ByteRange range, const SendProgress& progress) {
    if (pacer.unlimited()) {
        co_return co_await send_file(stream, std::move(disk), head, file, range, progress);
    }
    while (range.length > 0) {
        const std::uint64_t portion = co_await pacer.next(range.length);
        if (portion == 0) {
            co_return boost::asio::error::operation_aborted;
        }
        const transfer::ByteRange now{range.first, portion};
        const error_code error = co_await send_file(stream, disk, head, file, now, progress);
        if (error) {
            co_return error;
        }
        head = {};
        range.first += portion;
        range.length -= portion;
    }
    co_return error_code{};
}

/// Sends bytes that are in memory, no faster than the pacer lets it.
template <class Stream>
boost::asio::awaitable<error_code> write_paced(Stream& stream, Pacer& pacer, std::string_view bytes,
                                               const SendProgress& progress) {
    while (!bytes.empty()) {
        const std::uint64_t portion = co_await pacer.next(bytes.size());
        if (portion == 0) {
            co_return boost::asio::error::operation_aborted;
        }
        const auto now = boost::asio::buffer(bytes.data(), static_cast<std::size_t>(portion));
        const auto [error, count] =
            co_await boost::asio::async_write(stream, now, boost::asio::as_tuple(boost::asio::use_awaitable));
        progress(count);
        if (error) {
            co_return error;
        }
        bytes.remove_prefix(count);
    }
    co_return error_code{};
}

}  // namespace gnutella::net
