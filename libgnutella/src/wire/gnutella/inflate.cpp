#include "wire/gnutella/inflate.hpp"

#include <zlib.h>

#include <new>

namespace gnutella::wire {

namespace {

constexpr int raw_window_bits = -15;
constexpr int zlib_window_bits = 15;

// RFC 1950, 2.2: method 8, and a check of the two bytes.
bool has_zlib_header(std::string_view compressed) {
    if (compressed.size() < 2) {
        return false;
    }
    const unsigned first = static_cast<unsigned char>(compressed[0]);
    const unsigned second = static_cast<unsigned char>(compressed[1]);
    return (first & 0x0F) == Z_DEFLATED && (first << 8 | second) % 31 == 0;
}

std::optional<std::size_t> inflate_as(int window_bits, std::string_view compressed, std::span<char> room) {
    z_stream stream{};
    if (inflateInit2(&stream, window_bits) != Z_OK) {
        throw std::bad_alloc();
    }
    // zlib takes its input by a pointer that is not const, and does not write to it.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    // A byte of its own, so that a result that fills the room is told from one that is longer.
    Bytef beyond = 0;
    stream.next_out = room.empty() ? &beyond : reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = room.empty() ? 1 : static_cast<uInt>(room.size());
    int result = inflate(&stream, Z_SYNC_FLUSH);
    if (result == Z_OK && stream.avail_out == 0) {
        stream.next_out = &beyond;
        stream.avail_out = 1;
        result = inflate(&stream, Z_SYNC_FLUSH);
    }
    const std::size_t size = stream.total_out;
    inflateEnd(&stream);
    return result == Z_STREAM_END && size <= room.size() ? std::optional(size) : std::nullopt;
}

}  // namespace

std::optional<std::size_t> inflate_into(std::string_view compressed, std::span<char> room) {
    if (has_zlib_header(compressed)) {
        if (const auto size = inflate_as(zlib_window_bits, compressed, room)) {
            return size;
        }
    }
    return inflate_as(raw_window_bits, compressed, room);
}

void deflate_whole(std::string_view bytes, std::string& to) {
    const std::size_t before = to.size();
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    to.resize(before + size);
    if (compress(reinterpret_cast<Bytef*>(to.data() + before), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                 static_cast<uLong>(bytes.size())) != Z_OK) {
        throw std::bad_alloc();  // the only way in which it can fail, with room for the bound
    }
    to.resize(before + size);
}

}  // namespace gnutella::wire
