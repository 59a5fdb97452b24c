#include "wire/gnutella/ggep.hpp"

#include "wire/gnutella/cobs.hpp"
#include "wire/gnutella/ggep_flags.hpp"
#include "wire/gnutella/inflate.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace gnutella::wire {

namespace {

// "GGEP Extension Header Flags".
constexpr unsigned reserved = 0x10;
constexpr unsigned id_length_mask = 0x0F;

// "Length Encoding": six bits a byte, the highest first; 0x80 says that more come, 0x40 that it is the last.
constexpr unsigned more_length = 0x80;
constexpr unsigned last_length = 0x40;
constexpr unsigned length_mask = 0x3F;
constexpr std::size_t max_length_bytes = 3;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

// Takes a length from the front; nullopt when it is none.
std::optional<std::size_t> take_length(std::string_view& bytes) {
    std::size_t length = 0;
    for (std::size_t at = 0; at < max_length_bytes && at < bytes.size(); ++at) {
        const unsigned chunk = byte_at(bytes, at);
        length = length << 6 | (chunk & length_mask);
        switch (chunk & (more_length | last_length)) {
            case last_length:
                bytes.remove_prefix(at + 1);
                return length;
            case more_length:
                break;
            default:
                return std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> decode_cobs(std::string_view encoded, std::span<char> room) {
    CobsReader reader(encoded);
    CobsReader::Piece piece;
    std::size_t size = 0;
    while (reader.next(piece)) {
        const std::size_t needed = piece.bytes.size() + (piece.nul ? 1U : 0U);
        if (needed > room.size() - size) {
            return std::nullopt;
        }
        std::memcpy(room.data() + size, piece.bytes.data(), piece.bytes.size());
        if (piece.nul) {
            room[size + piece.bytes.size()] = '\0';
        }
        size += needed;
    }
    return reader.broken() ? std::nullopt : std::optional(size);
}

// Both: first what came last. "Implementation Notes".
std::optional<std::size_t> decode(const GgepExtension& extension, std::span<char> room) {
    if (!extension.deflated) {
        return decode_cobs(extension.data, room);
    }
    if (!extension.cobs) {
        return inflate_into(extension.data, room);
    }
    std::string compressed(extension.data.size(), '\0');
    const auto size = decode_cobs(extension.data, compressed);
    return size ? inflate_into(std::string_view(compressed).substr(0, *size), room) : std::nullopt;
}

}  // namespace

std::optional<GgepExtension> GgepReader::fail() noexcept {
    broken_ = true;
    rest_ = {};
    return std::nullopt;
}

std::optional<GgepExtension> GgepReader::next() noexcept {
    if (!in_block_) {
        if (rest_.empty() || rest_.front() != ggep_magic) {
            return std::nullopt;
        }
        rest_.remove_prefix(1);
        in_block_ = true;
    }
    if (rest_.empty()) {
        return fail();
    }
    const unsigned flags = byte_at(rest_, 0);
    const std::size_t id_length = flags & id_length_mask;
    if (id_length == 0 || (flags & reserved) != 0 || rest_.size() < 1 + id_length) {
        return fail();
    }
    GgepExtension extension;
    extension.id = rest_.substr(1, id_length);
    extension.cobs = (flags & ggep_cobs_encoded) != 0;
    extension.deflated = (flags & ggep_deflated) != 0;
    rest_.remove_prefix(1 + id_length);
    const auto length = take_length(rest_);
    if (!length || *length > rest_.size() || extension.id.find('\0') != std::string_view::npos) {
        return fail();
    }
    extension.data = rest_.substr(0, *length);
    rest_.remove_prefix(*length);
    in_block_ = (flags & ggep_last_extension) == 0;
    return extension;
}

std::optional<std::string_view> ggep_value(const GgepExtension& extension, std::span<char> room) {
    if (!extension.cobs && !extension.deflated) {
        return extension.data;
    }
    const auto size = decode(extension, room);
    return size ? std::optional(std::string_view(room.data(), *size)) : std::nullopt;
}

std::optional<std::string_view> ggep_value(const GgepExtension& extension, std::pmr::memory_resource& memory,
                                           std::size_t max_size) {
    if (!extension.cobs && !extension.deflated) {
        return extension.data;
    }
    if (!extension.deflated) {
        // Never longer than it is encoded.
        const std::size_t size = std::min(extension.data.size(), max_size);
        return ggep_value(extension, std::span(static_cast<char*>(memory.allocate(size + 1, 1)), size));
    }
    std::string inflated(max_size, '\0');
    const auto value = ggep_value(extension, std::span<char>(inflated));
    if (!value) {
        return std::nullopt;
    }
    char* const kept = static_cast<char*>(memory.allocate(value->size() + 1, 1));
    std::memcpy(kept, value->data(), value->size());
    return std::string_view(kept, value->size());
}

std::size_t ggep_length(std::string_view bytes) noexcept {
    GgepReader reader(bytes);
    while (reader.next()) {
    }
    return reader.broken() ? 0 : bytes.size() - reader.rest().size();
}

std::optional<GgepExtension> find_ggep(std::string_view blocks, std::string_view id) noexcept {
    GgepReader reader(blocks);
    while (auto extension = reader.next()) {
        if (extension->id == id) {
            return extension;
        }
    }
    return std::nullopt;
}

}  // namespace gnutella::wire
