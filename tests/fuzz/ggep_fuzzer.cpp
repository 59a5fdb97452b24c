#include "require.hpp"
#include "wire/gnutella/extension_area.hpp"
#include "wire/gnutella/ggep.hpp"
#include "wire/gnutella/ggep_writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

// An area of extensions:
// - its parts are no more than the area, and each is of its kind;
// - extensions that are written again read back the same, and say the same with and without NULs;
// - a value is the same in whatever room it fits into, and never more than its bound.

namespace gnutella::wire {
namespace {

constexpr std::size_t max_value = 4096;

struct Item {
    std::string id;
    bool readable = false;
    std::string value;

    friend bool operator==(const Item&, const Item&) = default;
};

std::vector<Item> items_of(std::string_view block) {
    std::vector<Item> items;
    GgepReader reader(block);
    while (const auto extension = reader.next()) {
        require(!extension->id.empty() && extension->id.size() <= 15, "an id has one to fifteen bytes");
        std::pmr::monotonic_buffer_resource memory;
        const bool encoded = extension->cobs || extension->deflated;
        const auto value = ggep_value(*extension, memory, max_value);
        require(!value || !encoded || value->size() <= max_value, "a value has a bound");
        if (value && encoded) {
            std::string room(value->size(), '\0');
            require(ggep_value(*extension, room) == value, "a value fits into a room of its size");
            if (!room.empty()) {
                require(!ggep_value(*extension, std::span(room).first(room.size() - 1)), "and into no smaller one");
            }
        }
        items.push_back({std::string(extension->id), value.has_value(), std::string(value.value_or(""))});
    }
    require(!reader.broken() || reader.rest().empty(), "nothing comes behind what is broken");
    return items;
}

void check_block(std::string_view block) {
    const auto items = items_of(block);
    std::string same;
    GgepWriter write_same(same);
    std::string without_nuls;
    GgepWriter write_without(without_nuls, GgepWriter::Nuls::forbidden);
    GgepReader reader(block);
    while (const auto extension = reader.next()) {
        write_same.add(*extension);
        if (!extension->cobs) {
            write_without.add(*extension);
        }
    }
    require(items_of(same) == items, "extensions that are written again are the same");
    require(without_nuls.find('\0') == std::string::npos, "where NULs are forbidden there are none");
    std::vector<Item> plain;
    GgepReader again(block);
    for (const Item& item : items) {
        if (const auto extension = again.next(); extension && !extension->cobs) {
            plain.push_back(item);
        }
    }
    require(items_of(without_nuls) == plain, "and the values are the same");
}

void check_area(std::string_view bytes) {
    ExtensionArea area(bytes);
    std::size_t size = 0;
    while (const auto part = area.next()) {
        require(!part->bytes.empty(), "a part has bytes");
        size += part->bytes.size();
        if (part->kind == ExtensionArea::Kind::ggep) {
            require(ggep_length(part->bytes) == part->bytes.size(), "GGEP is GGEP");
            check_block(part->bytes);
        }
    }
    require(size <= bytes.size(), "parts are no more than the whole");
}

}  // namespace
}  // namespace gnutella::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    gnutella::wire::items_of(bytes);
    gnutella::wire::check_area(bytes);
    return 0;
}
