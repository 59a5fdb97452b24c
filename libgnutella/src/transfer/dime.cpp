#include "transfer/dime.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::transfer {

namespace {

// draft-nielsen-dime-02, 3.2: five bits of version and three flags, four bits of type format and four reserved, then
// the lengths of options, id, type (16 bits each) and data (32 bits), all big-endian. Each part is padded to 4 bytes.
constexpr std::size_t header_size = 12;
constexpr std::size_t alignment = 4;
constexpr unsigned version = 1;
constexpr unsigned message_begin = 4;
constexpr unsigned message_end = 2;
constexpr unsigned chunk_follows = 1;

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
    std::uint64_t number = 0;
    for (const std::byte byte : bytes.subspan(offset, size)) {
        number = number << 8 | std::to_integer<std::uint64_t>(byte);
    }
    return number;
}

void add_number(std::string& text, std::size_t number, std::size_t size) {
    while (size-- > 0) {
        text += static_cast<char>(number >> 8 * size & 0xFF);
    }
}

void add_padded(std::string& text, std::string_view part) {
    text += part;
    text.append((alignment - part.size() % alignment) % alignment, '\0');
}

// Takes the next part with its padding. Some servents leave out that of the very last one.
std::optional<std::string_view> take_part(std::span<const std::byte>& message, std::uint64_t length) {
    if (length > message.size()) {
        return std::nullopt;
    }
    const auto part = message.first(static_cast<std::size_t>(length));
    const std::size_t padding = (alignment - part.size() % alignment) % alignment;
    message = message.subspan(std::min(message.size(), part.size() + padding));
    return std::string_view(reinterpret_cast<const char*>(part.data()), part.size());
}

struct Chunk {
    unsigned flags = 0;
    DimeTypeFormat format = DimeTypeFormat::none;
    std::string_view id;
    std::string_view type;
    std::string_view data;
};

std::optional<Chunk> take_chunk(std::span<const std::byte>& message) {
    if (message.size() < header_size) {
        return std::nullopt;
    }
    const auto first = std::to_integer<unsigned>(message[0]);
    const unsigned format = std::to_integer<unsigned>(message[1]) >> 4;
    if (first >> 3 != version || format > static_cast<unsigned>(DimeTypeFormat::none)) {
        return std::nullopt;
    }
    const std::uint64_t options_length = number_at(message, 2, 2);
    const std::uint64_t id_length = number_at(message, 4, 2);
    const std::uint64_t type_length = number_at(message, 6, 2);
    const std::uint64_t data_length = number_at(message, 8, 4);
    message = message.subspan(header_size);
    if (!take_part(message, options_length)) {
        return std::nullopt;
    }
    const auto id = take_part(message, id_length);
    const auto type = id ? take_part(message, type_length) : std::nullopt;
    const auto data = type ? take_part(message, data_length) : std::nullopt;
    if (!data) {
        return std::nullopt;
    }
    return Chunk{first & 7, static_cast<DimeTypeFormat>(format), *id, *type, *data};
}

bool ends_message(const Chunk& chunk) {
    return (chunk.flags & message_end) != 0;
}

bool is_continued(const Chunk& chunk) {
    return (chunk.flags & chunk_follows) != 0;
}

// The rest of a record that comes in chunks (draft-nielsen-dime-02, 3.3): each without a type of its own.
bool take_continuation(std::span<const std::byte>& message, DimeRecord& record, Chunk& chunk) {
    while (is_continued(chunk)) {
        const auto next = take_chunk(message);
        if (!next || next->format != DimeTypeFormat::unchanged || !next->type.empty() || !next->id.empty() ||
            (next->flags & message_begin) != 0 || ends_message(chunk)) {
            return false;
        }
        record.data += next->data;
        chunk = *next;
    }
    return true;
}

}  // namespace

std::optional<std::vector<DimeRecord>> read_dime(std::span<const std::byte> message, std::size_t max_records) {
    std::vector<DimeRecord> records;
    bool at_end = false;
    while (!at_end) {
        auto chunk = take_chunk(message);
        const bool begins = chunk && (chunk->flags & message_begin) != 0;
        if (!chunk || begins != records.empty() || chunk->format == DimeTypeFormat::unchanged ||
            records.size() == max_records) {
            return std::nullopt;
        }
        DimeRecord record{chunk->format, std::string(chunk->type), std::string(chunk->id), std::string(chunk->data)};
        if (!take_continuation(message, record, *chunk)) {
            return std::nullopt;
        }
        records.push_back(std::move(record));
        at_end = ends_message(*chunk);
    }
    return records;
}

std::string write_dime(std::span<const DimeRecord> records) {
    std::string message;
    for (const DimeRecord& record : records) {
        unsigned first = version << 3;
        first |= &record == &records.front() ? message_begin : 0;
        first |= &record == &records.back() ? message_end : 0;
        add_number(message, first, 1);
        add_number(message, static_cast<std::size_t>(record.type_format) << 4, 1);
        add_number(message, 0, 2);  // no options
        add_number(message, record.id.size(), 2);
        add_number(message, record.type.size(), 2);
        add_number(message, record.data.size(), 4);
        add_padded(message, record.id);
        add_padded(message, record.type);
        add_padded(message, record.data);
    }
    return message;
}

}  // namespace gnutella::transfer
